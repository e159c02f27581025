package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// Server error numbers, from the MySQL 8 and MariaDB error references.
const (
	errDuplicateEntry  = 1062
	errLockWaitTimeout = 1205
	errDeadlock        = 1213
	errNoSuchTable     = 1146
)

// serverTroubles are errors about the server, not about the statement.
var serverTroubles = map[uint16]bool{
	1021:               true, // disk full
	1037:               true, // out of memory
	1040:               true, // too many connections
	1041:               true, // out of resources
	1053:               true, // shutdown in progress
	1077:               true, // normal shutdown
	1152:               true, // aborted connection
	1203:               true, // too many connections of this user
	1226:               true, // a resource limit of this user
	1290:               true, // server is read-only
	1317:               true, // query interrupted (killed)
	1792:               true, // transaction is read-only
	1836:               true, // server is in read-only mode
	1927:               true, // connection killed (MariaDB)
	4031:               true, // disconnected for inactivity (MySQL)
	errLockWaitTimeout: true,
	errDeadlock:        true,
}

func number(err error) uint16 {
	if e, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
		return e.Number
	}
	return 0
}

// IsDuplicate says whether err is a violation of the unique index of that name.
func IsDuplicate(err error, index string) bool {
	var e *mysqldriver.MySQLError
	if !errors.As(err, &e) || e.Number != errDuplicateEntry {
		return false
	}
	// "Duplicate entry 'x' for key 'index'" (MariaDB) or 'table.index' (MySQL 8)
	return strings.HasSuffix(e.Message, "for key '"+index+"'") || strings.HasSuffix(e.Message, "."+index+"'")
}

// IsDeadlock says whether the server chose this transaction as a victim; it is
// rolled back whole and may be run again.
func IsDeadlock(err error) bool { return number(err) == errDeadlock }

// IsLockTimeout says whether a row lock was not to be had in time.
func IsLockTimeout(err error) bool { return number(err) == errLockWaitTimeout }

// IsUnavailable says whether err means that the server, not the statement, is
// the problem: the same statement may succeed later. The end of the caller's
// own context is neither.
func IsUnavailable(err error) bool {
	if serverTroubles[number(err)] {
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false
	}
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysqldriver.ErrInvalidConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.As(err, &network)
}
