package mysql_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
)

func TestIsDuplicateKnowsTheIndexByTheMessagesOfBothServers(t *testing.T) {
	t.Parallel()
	said := func(number uint16, message string) error {
		return fmt.Errorf("insert member: %w", &mysqldriver.MySQLError{Number: number, Message: message})
	}
	for message, want := range map[string]bool{
		"Duplicate entry 'kim' for key 'uq_names_name'":               true, // MariaDB
		"Duplicate entry 'kim' for key 'names.uq_names_name'":         true, // MySQL 8
		"Duplicate entry 'kim' for key 'uq_names_name_2'":             false,
		"Duplicate entry 'kim' for key 'names.PRIMARY'":               false,
		"Duplicate entry 'kim' for key 'other_uq_names_name'":         false,
		"Duplicate entry 'uq_names_name' for key 'PRIMARY'":           false,
		"Duplicate entry 'for key 'uq_names_name'' for key 'PRIMARY'": false,
	} {
		require.Equal(t, want, mysql.IsDuplicate(said(1062, message), "uq_names_name"), message)
	}
	require.True(t, mysql.IsDuplicate(said(1062, "Duplicate entry '7' for key 'posts.PRIMARY'"), "PRIMARY"))
	require.False(t, mysql.IsDuplicate(said(1048, "Column 'uq_names_name' for key 'uq_names_name'"), "uq_names_name"))
	require.False(t, mysql.IsDuplicate(errors.New("for key 'uq_names_name'"), "uq_names_name"))
	require.False(t, mysql.IsDuplicate(nil, "uq_names_name"))
}

func TestIsDuplicateOnTheRealServer(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.NoError(t, insert(t.Context(), pool, "kim"))
	err := insert(t.Context(), pool, "kim")
	require.True(t, mysql.IsDuplicate(err, "uq_names_name"), "%v", err)
	err = pool.DB(t.Context()).Exec("INSERT INTO names (id, name) VALUES (1, 'lee')").Error
	require.True(t, mysql.IsDuplicate(err, "PRIMARY"), "%v", err)
	require.False(t, mysql.IsUnavailable(err))
}

func TestIsUnavailableTellsTheServersTroublesFromTheStatements(t *testing.T) {
	t.Parallel()
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":              {nil, false},
		"connection refused":   {refused, true},
		"bad connection":       {driver.ErrBadConn, true},
		"invalid connection":   {mysqldriver.ErrInvalidConn, true},
		"too many connections": {&mysqldriver.MySQLError{Number: 1040}, true},
		"shutdown":             {&mysqldriver.MySQLError{Number: 1053}, true},
		"read-only":            {&mysqldriver.MySQLError{Number: 1290}, true},
		"lock timeout":         {&mysqldriver.MySQLError{Number: 1205}, true},
		"deadlock":             {&mysqldriver.MySQLError{Number: 1213}, true},
		"duplicate":            {&mysqldriver.MySQLError{Number: 1062}, false},
		"syntax":               {&mysqldriver.MySQLError{Number: 1064}, false},
		"no such table":        {&mysqldriver.MySQLError{Number: 1146}, false},
		"caller's deadline":    {context.DeadlineExceeded, false},
		"caller is gone":       {fmt.Errorf("query: %w", context.Canceled), false},
		"anything else":        {errors.New("bug"), false},
	} {
		require.Equal(t, c.want, mysql.IsUnavailable(c.err), name)
	}
}
