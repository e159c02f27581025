package mysql

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type txKey struct{ pool *Pool }

// transaction is what a context inside InTx carries.
type transaction struct {
	session     *session
	db          *gorm.DB
	afterCommit []func()
	over        atomic.Bool
}

// current is the transaction of ctx, nil where there is none or it has ended: what
// runs after the commit with the context of the transaction works on the pool.
func current(ctx context.Context, p *Pool) *transaction {
	t, _ := ctx.Value(txKey{p}).(*transaction)
	if t == nil || t.over.Load() {
		return nil
	}
	return t
}

// listener hears how each statement ended, and tells its transaction of a deadlock.
// The server reports one among the rows where it waited for the lock of a row that
// it was looking for, after the session has seen the statement begin well.
type listener struct {
	logger.Interface
	pool *Pool
}

// LogMode implements logger.Interface.
func (l listener) LogMode(logger.LogLevel) logger.Interface { return l }

// Trace implements logger.Interface. gorm calls it once the rows were read.
func (l listener) Trace(ctx context.Context, _ time.Time, _ func() (string, int64), err error) {
	if t := current(ctx, l.pool); t != nil {
		_ = t.session.note(err)
	}
}

const (
	deadlockAttempts = 5
	deadlockPause    = 10 * time.Millisecond
)

// InTx runs do in a transaction: it commits where do returns nil, and rolls
// back otherwise, also where ctx has ended by then or do panics. Inside do,
// DB(ctx) is that transaction. Where ctx already carries one, do joins it and
// its error only travels up; the outermost InTx decides.
//
// A deadlock, and only that, makes the outermost InTx run do again, at most
// five times in all: do must have no effect but on the database, and must use
// AfterCommit for the rest. A deadlock that do hides is found and does the same.
//
// do runs on the caller's goroutine and must use DB(ctx) on that one only.
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
	s, err := begin(ctx, p.sql)
	if err != nil {
		return nil, err
	}
	finished := false
	defer func() {
		if !finished {
			s.rollback(ctx)
		}
	}()
	t := &transaction{session: s, db: p.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})}
	t.db.Statement.ConnPool = s
	defer t.over.Store(true)
	if err := do(context.WithValue(ctx, txKey{p}, t)); err != nil {
		return nil, err
	}
	if err := errors.Join(s.over(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("commit transaction: %w", err)
	}
	finished = true
	return t.afterCommit, s.commit(ctx)
}

// AfterCommit runs hook once the outermost transaction of ctx has committed,
// in the order of the calls, on the goroutine of InTx; a rollback drops it.
// Hooks must not block. A hook that uses the context of the transaction works on
// the pool, since the transaction is over. It fails where ctx carries no transaction of p.
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
	timer := time.NewTimer(about/2 + rand.N(about)) //nolint:gosec // jitter, not a secret (2026-11-21)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait after deadlock: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}
