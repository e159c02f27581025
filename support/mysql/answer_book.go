package mysql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

// AnswerBook keeps first answers in a table of the writer's own (see
// AnswerTableSQL). The row is inserted at the head of the transaction that the
// change runs in, and carries the answer when that commits. So change and
// answer are durable together, whatever dies in between; and a repeat waits on
// the unique key until the first has ended, on any replica.
type AnswerBook struct {
	pool  *Pool
	table string
	now   func() time.Time
}

var (
	_ idempotency.Book     = (*AnswerBook)(nil)
	_ idempotency.Recaller = (*AnswerBook)(nil)
)

// NewAnswerBook keeps answers in table, which AnswerTableSQL made. now is the
// clock that expiry is told by.
func NewAnswerBook(pool *Pool, table string, now func() time.Time) *AnswerBook {
	return &AnswerBook{pool: pool, table: table, now: now}
}

type answerRow struct {
	ID          uint64
	RequestHash []byte
	Status      int
	Response    []byte
	ExpiresAt   time.Time
}

var (
	// errForget rolls the transaction back although nothing failed: the answer
	// it carries is given and not kept.
	errForget = errors.New("mysql: answer is not kept")
	// errReplay rolls the transaction back because there is nothing to change.
	errReplay = errors.New("mysql: answer was kept before")
	// errClaimLost is a handler that ended the book's transaction.
	errClaimLost = errors.New("mysql: idempotency row is gone: the transaction was ended inside")
)

// Once implements idempotency.Book. An answer of 16 MiB or more cannot be kept
// and fails.
func (b *AnswerBook) Once(ctx context.Context, scope idempotency.Scope, do func(ctx context.Context) idempotency.Answer) (answer idempotency.Answer, replayed bool, err error) {
	err = b.pool.InTx(ctx, func(ctx context.Context) error {
		id, kept, err := b.claim(ctx, scope)
		if err != nil {
			return err
		}
		if kept != nil {
			answer = *kept
			return errReplay
		}
		return b.answerAndKeep(ctx, id, do, &answer)
	})
	switch {
	case errors.Is(err, errReplay):
		return answer, true, nil
	case err == nil || errors.Is(err, errForget):
		return answer, false, nil
	}
	return idempotency.Answer{}, false, err
}

// Unkeyed implements idempotency.Book.
func (b *AnswerBook) Unkeyed(ctx context.Context, do func(ctx context.Context) idempotency.Answer) (answer idempotency.Answer, err error) {
	err = b.pool.InTx(ctx, func(ctx context.Context) error {
		answer = do(ctx)
		if answer.Outcome() != idempotency.Commit {
			return rolledBack(answer)
		}
		return nil
	})
	if err == nil || errors.Is(err, errForget) {
		return answer, nil
	}
	return idempotency.Answer{}, err
}

// Recall implements idempotency.Recaller. The locking read waits for the
// transaction of a first that still runs.
func (b *AnswerBook) Recall(ctx context.Context, scope idempotency.Scope) (answer idempotency.Answer, found bool, err error) {
	var rows []answerRow
	find := "SELECT request_hash, status, response, expires_at FROM " + b.table +
		" WHERE member_id = ? AND method = ? AND path = ? AND `key` = ? LOCK IN SHARE MODE"
	err = b.pool.InTx(ctx, func(ctx context.Context) error {
		return b.pool.DB(ctx).Raw(find, scope.MemberID, scope.Method, storedPath(scope.Path), scope.Key).Scan(&rows).Error
	})
	switch {
	case IsLockTimeout(err):
		return answer, false, idempotency.ErrInProgress
	case err != nil:
		return answer, false, fmt.Errorf("recall answer: %w", err)
	case len(rows) == 0 || !rows[0].ExpiresAt.After(b.now()) || !bytes.Equal(rows[0].RequestHash, scope.BodyHash[:]):
		return answer, false, nil
	}
	return idempotency.Answer{Status: rows[0].Status, Body: rows[0].Response}, true, nil
}

func (b *AnswerBook) answerAndKeep(ctx context.Context, id uint64, do func(ctx context.Context) idempotency.Answer, answer *idempotency.Answer) error {
	err := b.pool.savepoint(ctx, func(ctx context.Context) bool {
		*answer = do(ctx)
		return answer.Outcome() == idempotency.Commit
	})
	if answer.Outcome() == idempotency.Forget {
		return rolledBack(*answer)
	}
	if err != nil {
		return err
	}
	keep := "UPDATE " + b.table + " SET status = ?, response = ?, updated_at = ? WHERE id = ?"
	kept := b.pool.DB(ctx).Exec(keep, answer.Status, notNull(answer.Body), b.now(), id)
	if kept.Error != nil {
		return fmt.Errorf("keep answer %d: %w", id, kept.Error)
	}
	if kept.RowsAffected != 1 {
		return errClaimLost
	}
	return nil
}

// notNull is body; the driver writes a nil slice as NULL.
func notNull(body []byte) []byte {
	if body == nil {
		return []byte{}
	}
	return body
}

// rolledBack is the error that ends a transaction whose answer is not kept. A
// deadlock inside do travels up as itself, so that InTx runs all of it again.
func rolledBack(answer idempotency.Answer) error {
	if answer.Cause != nil && IsDeadlock(answer.Cause) {
		return answer.Cause
	}
	return errForget
}

// claim makes the row of scope this transaction's, waiting for a transaction
// that has it. It returns the kept answer where there is one that has not
// expired, else the id of the row to keep it in.
//
// A plain INSERT that finds a duplicate would share-lock the row, and two
// repeats that then both want to change it are a deadlock. ON DUPLICATE KEY
// UPDATE locks it for the one that may go on. The UPDATE has to change
// something for the count of rows to tell it from an INSERT.
func (b *AnswerBook) claim(ctx context.Context, scope idempotency.Scope) (id uint64, kept *idempotency.Answer, err error) {
	now := b.now()
	insert := "INSERT INTO " + b.table + " (member_id, method, path, `key`, request_hash, status, response, expires_at, created_at, updated_at)" +
		" VALUES (?, ?, ?, ?, ?, 0, '', ?, ?, ?)" +
		" ON DUPLICATE KEY UPDATE updated_at = updated_at + INTERVAL 1 MICROSECOND"
	result, err := b.pool.DB(ctx).Statement.ConnPool.ExecContext(ctx, insert,
		scope.MemberID, scope.Method, storedPath(scope.Path), scope.Key, scope.BodyHash[:], now.Add(scope.Life), now, now)
	if IsLockTimeout(err) {
		return 0, nil, idempotency.ErrInProgress
	}
	if err != nil {
		return 0, nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return 0, nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	if rows != 1 {
		return b.reclaim(ctx, scope, now)
	}
	inserted, err := result.LastInsertId()
	if err != nil {
		return 0, nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	return uint64(inserted), nil, nil
}

// reclaim reads the row that was there, which is locked: its answer, or where
// that has expired the row for a new one.
func (b *AnswerBook) reclaim(ctx context.Context, scope idempotency.Scope, now time.Time) (uint64, *idempotency.Answer, error) {
	var row answerRow
	find := "SELECT id, request_hash, status, response, expires_at FROM " + b.table +
		" WHERE member_id = ? AND method = ? AND path = ? AND `key` = ?"
	err := b.pool.DB(ctx).Raw(find, scope.MemberID, scope.Method, storedPath(scope.Path), scope.Key).Take(&row).Error
	if err != nil {
		return 0, nil, fmt.Errorf("find idempotency key: %w", err)
	}
	if row.ExpiresAt.After(now) {
		if !bytes.Equal(row.RequestHash, scope.BodyHash[:]) {
			return 0, nil, idempotency.ErrKeyReused
		}
		return 0, &idempotency.Answer{Status: row.Status, Body: row.Response}, nil
	}
	renew := "UPDATE " + b.table + " SET request_hash = ?, status = 0, response = '', expires_at = ?, created_at = ?, updated_at = ? WHERE id = ?"
	err = b.pool.DB(ctx).Exec(renew, scope.BodyHash[:], now.Add(scope.Life), now, now, row.ID).Error
	if err != nil {
		return 0, nil, fmt.Errorf("renew idempotency key: %w", err)
	}
	return row.ID, nil, nil
}

// DeleteExpired removes at most limit answers that are no longer kept, oldest
// first, and returns how many it removed.
func (b *AnswerBook) DeleteExpired(ctx context.Context, limit int) (deleted int64, err error) {
	statement := "DELETE FROM " + b.table + " WHERE expires_at < ? ORDER BY expires_at LIMIT ?"
	// a transaction for its second try: a request that renews an expired key
	// locks the same two indexes in the other order
	err = b.pool.InTx(ctx, func(ctx context.Context) error {
		result := b.pool.DB(ctx).Exec(statement, b.now(), limit)
		deleted = result.RowsAffected
		return result.Error
	})
	if err != nil {
		return 0, fmt.Errorf("delete expired answers: %w", err)
	}
	return deleted, nil
}

// expiredBatch keeps each delete short: its row locks are those of live keys'
// neighbours.
const expiredBatch = 1000

// Clean removes all answers that are no longer kept, in short statements. It
// is work for process.Every; replicas may run it side by side.
func (b *AnswerBook) Clean(ctx context.Context) error {
	for {
		deleted, err := b.DeleteExpired(ctx, expiredBatch)
		if err != nil || deleted < expiredBatch {
			return err
		}
	}
}
