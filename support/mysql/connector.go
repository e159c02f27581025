package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// isolation is set once per connection: setting it per transaction would cost
// each a round trip. The variable's name differs between servers, this
// statement does not.
const isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"

var errNoExec = errors.New("mysql: driver cannot execute on a fresh connection")

// readCommitted is a connector whose connections have the isolation level of this package.
type readCommitted struct{ driver.Connector }

// Connect implements driver.Connector.
func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // database/sql looks for driver.ErrBadConn
	}
	execer, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errNoExec, conn.Close())
	}
	if _, err := execer.ExecContext(ctx, isolation, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("set isolation level: %w", err), conn.Close())
	}
	return conn, nil
}

func openSQL(cfg *mysqldriver.Config, open func(driver.Connector) *sql.DB) (*sql.DB, error) {
	connector, err := mysqldriver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("open mysql: %w", err)
	}
	if open == nil {
		open = sql.OpenDB
	}
	return open(readCommitted{connector}), nil
}

// driverLog takes what the driver would write to standard error. Its failures
// are returned as well, and logged where they end a request.
type driverLog struct{}

// Print implements mysqldriver.Logger.
func (driverLog) Print(words ...any) { slog.Debug("mysql driver", "said", fmt.Sprint(words...)) }
