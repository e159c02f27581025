package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

type txKey struct{ pool *Pool }

// transaction is what a context inside InTx carries.
type transaction struct {
	db          *gorm.DB
	afterCommit []func()
}

func current(ctx context.Context, p *Pool) *transaction {
	t, _ := ctx.Value(txKey{p}).(*transaction)
	return t
}

const (
	deadlockAttempts = 5
	deadlockPause    = 10 * time.Millisecond
	// a rollback must reach the server although the request's context has ended
	rollbackTimeout = 3 * time.Second
)

// InTx runs do in a transaction: it commits where do returns nil, and rolls
// back otherwise. Inside do, DB(ctx) is that transaction. Where ctx already
// carries one, do joins it and its error only travels up; the outermost InTx
// decides.
//
// A deadlock, and only that, makes the outermost InTx run do again, at most
// five times in all: do must have no effect but on the database, and must use
// AfterCommit for the rest.
//
// An error of the commit itself means unknown: the changes may be there.
func (p *Pool) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if current(ctx, p) != nil {
		return do(ctx)
	}
	for attempt := 1; ; attempt++ {
		hooks, err := p.runOnce(ctx, do)
		if err == nil {
			for _, hook := range hooks {
				hook()
			}
			return nil
		}
		if !IsDeadlock(err) || attempt == deadlockAttempts {
			return err
		}
		if err := pause(ctx, time.Duration(attempt)*deadlockPause); err != nil {
			return err
		}
	}
}

func (p *Pool) runOnce(ctx context.Context, do func(ctx context.Context) error) (hooks []func(), err error) {
	// The transaction is not bound to ctx: database/sql would roll back behind
	// our back while the commit is under way. Statements carry ctx themselves.
	db := p.gorm.WithContext(context.WithoutCancel(ctx)).Begin(&sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if db.Error != nil {
		return nil, fmt.Errorf("begin transaction: %w", db.Error)
	}
	t := &transaction{db: db}
	done := false
	defer func() {
		if !done {
			rollback(ctx, db)
		}
	}()
	if err := do(context.WithValue(ctx, txKey{p}, t)); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("commit transaction: %w", err)
	}
	done = true
	if err := db.Commit().Error; err != nil {
		return nil, fmt.Errorf("commit transaction: %w", err)
	}
	return t.afterCommit, nil
}

func rollback(ctx context.Context, db *gorm.DB) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	// a failed rollback closes the connection, which rolls back on the server
	_ = db.WithContext(ctx).Rollback()
}

// AfterCommit runs hook once the outermost transaction of ctx has committed,
// in the order of the calls, on the goroutine of InTx; a rollback drops it.
// Hooks must not block. It fails where ctx carries no transaction of p.
func (p *Pool) AfterCommit(ctx context.Context, hook func()) error {
	t := current(ctx, p)
	if t == nil {
		return errNoTransaction
	}
	t.afterCommit = append(t.afterCommit, hook)
	return nil
}

// RequireTx fails where ctx carries no transaction of p: for statements that
// would be wrong outside of one.
func (p *Pool) RequireTx(ctx context.Context) error {
	if current(ctx, p) == nil {
		return errNoTransaction
	}
	return nil
}

var errNoTransaction = errors.New("mysql: needs a transaction in the context")

// savepoint runs do; where keep is false it undoes what do changed, hooks included.
func (p *Pool) savepoint(ctx context.Context, do func(ctx context.Context) (keep bool)) error {
	t := current(ctx, p)
	if t == nil {
		return errNoTransaction
	}
	hooks := len(t.afterCommit)
	if err := t.db.WithContext(ctx).Exec("SAVEPOINT answer").Error; err != nil {
		return fmt.Errorf("set savepoint: %w", err)
	}
	if do(ctx) {
		return nil
	}
	t.afterCommit = t.afterCommit[:hooks]
	if err := t.db.WithContext(ctx).Exec("ROLLBACK TO SAVEPOINT answer").Error; err != nil {
		return fmt.Errorf("roll back to savepoint: %w", err)
	}
	return nil
}

func pause(ctx context.Context, about time.Duration) error {
	timer := time.NewTimer(about/2 + rand.N(about)) //nolint:gosec // jitter, not a secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait after deadlock: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}
