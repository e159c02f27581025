package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// session is one connection with one transaction on it. It is not an sql.Tx,
// for three reasons: waiting for a connection and beginning end with the
// caller's context, and committing does not; after a deadlock, of which the
// server has already undone everything, the rest of the caller's statements
// must not run on their own; and gorm's own Begin must not reach a connection
// that is inside a transaction.
//
// It belongs to one goroutine.
type session struct {
	conn     *sql.Conn
	endQuery context.CancelFunc // of the query before, nil where there was none
	lost     error              // the deadlock that ended the transaction
}

var _ gorm.ConnPool = (*session)(nil)

// finishTimeout bounds commit and rollback, which must reach the server
// although the request's context has ended.
const finishTimeout = 5 * time.Second

func begin(ctx context.Context, db *sql.DB) (*session, error) {
	s, err := tryBegin(ctx, db)
	if errors.Is(err, driver.ErrBadConn) { // a connection that died in the pool: nothing has happened on it
		s, err = tryBegin(ctx, db)
	}
	return s, err
}

func tryBegin(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &session{conn: conn}
	if _, err := conn.ExecContext(ctx, "START TRANSACTION"); err != nil {
		s.discard()
		return nil, fmt.Errorf("begin transaction: %w", err)
	}
	return s, nil
}

// commit ends the session. Its error means unknown: the changes may be there.
func (s *session) commit(ctx context.Context) error {
	s.endRows()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if _, err := s.conn.ExecContext(ctx, "COMMIT"); err != nil {
		s.discard()
		return fmt.Errorf("commit transaction: %w", err)
	}
	s.giveBack()
	return nil
}

// rollback ends the session. Where the server cannot be told, closing the
// connection tells it.
func (s *session) rollback(ctx context.Context) {
	s.endRows()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if _, err := s.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		s.discard()
		return
	}
	s.giveBack()
}

// giveBack returns the connection to the pool; that can only fail where it is
// not in the pool's hands any more.
func (s *session) giveBack() { _ = s.conn.Close() }

// discard closes the connection itself: nobody may get it with a transaction open.
func (s *session) discard() {
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	s.giveBack()
}

func (s *session) note(err error) error {
	if IsDeadlock(err) {
		s.lost = err
	}
	return err
}

// prepare makes way for a statement, or says why there can be none.
func (s *session) prepare() error {
	s.endRows()
	return s.over()
}

// over is why the server has undone the transaction by itself, nil where it has not.
func (s *session) over() error {
	if s.lost != nil {
		return fmt.Errorf("transaction is over: %w", s.lost)
	}
	return nil
}

var errPrepared = errors.New("mysql: statements are interpolated, not prepared")

// PrepareContext implements gorm.ConnPool; it always fails.
func (*session) PrepareContext(context.Context, string) (*sql.Stmt, error) { return nil, errPrepared }

// ExecContext implements gorm.ConnPool.
func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	result, err := s.conn.ExecContext(ctx, query, args...)
	return result, s.note(err)
}

// QueryContext implements gorm.ConnPool.
func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	rows, err := s.conn.QueryContext(s.readable(ctx), query, args...)
	return rows, s.note(err)
}

// readable is a context of a query whose rows end with the next statement.
func (s *session) readable(ctx context.Context) context.Context {
	ctx, s.endQuery = context.WithCancel(ctx)
	return ctx
}

// endRows ends rows that somebody left open. The protocol has no room for a
// statement behind them, and database/sql would wait for them for ever: so the
// connection is lost, and the caller told.
func (s *session) endRows() {
	if s.endQuery != nil {
		s.endQuery()
		s.endQuery = nil
	}
}

// QueryRowContext implements gorm.ConnPool. In a transaction that is over it
// fails by its context, since a Row cannot be made with another error.
func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := s.prepare(); err != nil {
		ended, cancel := context.WithCancelCause(ctx)
		cancel(err)
		ctx = ended
	}
	row := s.conn.QueryRowContext(s.readable(ctx), query, args...)
	_ = s.note(row.Err())
	return row
}
