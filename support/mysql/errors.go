package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// Server error numbers, from the MySQL 8 error reference; MariaDB uses the same.
const (
	errDuplicateEntry      = 1062
	errLockWaitTimeout     = 1205
	errDeadlock            = 1213
	errTooManyConnections  = 1040
	errServerShutdown      = 1053
	errReadOnlyTransaction = 1792
	errReadOnlyServer      = 1290
	errConnectionKilled    = 1927 // MariaDB
	errQueryInterrupted    = 1317
)

func number(err error) uint16 {
	var e *mysqldriver.MySQLError
	if errors.As(err, &e) {
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
	return strings.HasSuffix(e.Message, "'"+index+"'") || strings.HasSuffix(e.Message, "."+index+"'")
}

// IsDeadlock says whether the server chose this transaction as a victim; it is
// rolled back whole and may be run again.
func IsDeadlock(err error) bool { return number(err) == errDeadlock }

// IsLockTimeout says whether a row lock was not to be had in time.
func IsLockTimeout(err error) bool { return number(err) == errLockWaitTimeout }

// IsUnavailable says whether err means that the server, not the statement, is
// the problem: the same statement may succeed later.
func IsUnavailable(err error) bool {
	switch number(err) {
	case errTooManyConnections, errServerShutdown, errReadOnlyServer, errReadOnlyTransaction, errConnectionKilled, errQueryInterrupted, errLockWaitTimeout, errDeadlock:
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false
	}
	var netErr net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysqldriver.ErrInvalidConn) || errors.As(err, &netErr)
}
