package mysql

import (
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
	index string
	now   func() time.Time
}

var _ idempotency.Book = (*AnswerBook)(nil)

// NewAnswerBook keeps answers in table, which AnswerTableSQL made. now is the
// clock that expiry is told by.
func NewAnswerBook(pool *Pool, table string, now func() time.Time) *AnswerBook {
	return &AnswerBook{pool: pool, table: table, index: "uq_" + table, now: now}
}

// AnswerTableSQL is the statement that makes an answer table, for the owner's migrations.
func AnswerTableSQL(table string) string {
	return "CREATE TABLE " + table + ` (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT NOT NULL,
  method VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  path VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ` + "`key`" + ` VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash BINARY(32) NOT NULL,
  status SMALLINT UNSIGNED NOT NULL,
  response MEDIUMBLOB NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_` + table + " (member_id, method, path, `key`)," + `
  KEY ix_` + table + `_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
}

type answerRow struct {
	ID          uint64
	RequestHash []byte
	Status      int
	Response    []byte
	ExpiresAt   time.Time
}

// errForget rolls the transaction back although nothing failed: the answer it
// carries is given and not kept.
var errForget = errors.New("mysql: answer is not kept")

// Once implements idempotency.Book.
func (b *AnswerBook) Once(ctx context.Context, scope idempotency.Scope, do func(ctx context.Context) idempotency.Answer) (answer idempotency.Answer, replayed bool, err error) {
	err = b.pool.InTx(ctx, func(ctx context.Context) error {
		id, kept, err := b.claim(ctx, scope)
		if err != nil {
			return err
		}
		if kept != nil {
			answer, replayed = *kept, true
			return nil
		}
		replayed = false
		return b.answerAndKeep(ctx, id, do, &answer)
	})
	switch {
	case errors.Is(err, errForget):
		return answer, false, nil
	case IsLockTimeout(err) && answer.Status == 0:
		return idempotency.Answer{}, false, idempotency.ErrInProgress
	case err != nil:
		return idempotency.Answer{}, false, err
	}
	return answer, replayed, nil
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
	if errors.Is(err, errForget) {
		return answer, nil
	}
	return answer, err
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
	update := "UPDATE " + b.table + " SET status = ?, response = ?, updated_at = ? WHERE id = ?"
	if err := b.pool.DB(ctx).Exec(update, answer.Status, answer.Body, b.now().UTC(), id).Error; err != nil {
		return fmt.Errorf("keep answer %d: %w", id, err)
	}
	return nil
}

// rolledBack is the error that ends a transaction whose answer is not kept. A
// deadlock inside do travels up as itself, so that InTx runs all of it again.
func rolledBack(answer idempotency.Answer) error {
	if answer.Cause != nil && IsDeadlock(answer.Cause) {
		return answer.Cause
	}
	return errForget
}

// claim inserts the row of scope, waiting for one that is under way. It returns
// the kept answer where there is one that has not expired.
func (b *AnswerBook) claim(ctx context.Context, scope idempotency.Scope) (id uint64, kept *idempotency.Answer, err error) {
	now := b.now().UTC()
	insert := "INSERT INTO " + b.table + " (member_id, method, path, `key`, request_hash, status, response, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, '', ?, ?, ?)"
	inserted, err := b.pool.Insert(ctx, insert, scope.MemberID, scope.Method, scope.Path, scope.Key, scope.BodyHash[:], now.Add(scope.Life), now, now)
	if err == nil {
		return uint64(inserted), nil, nil //nolint:gosec // auto-increment ids are positive
	}
	if !IsDuplicate(err, b.index) {
		return 0, nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	return b.reclaim(ctx, scope, now)
}

func (b *AnswerBook) reclaim(ctx context.Context, scope idempotency.Scope, now time.Time) (uint64, *idempotency.Answer, error) {
	var row answerRow
	find := "SELECT id, request_hash, status, response, expires_at FROM " + b.table +
		" WHERE member_id = ? AND method = ? AND path = ? AND `key` = ?"
	found := b.pool.DB(ctx).Raw(find, scope.MemberID, scope.Method, scope.Path, scope.Key).Scan(&row)
	if found.Error != nil {
		return 0, nil, fmt.Errorf("find idempotency key: %w", found.Error)
	}
	if found.RowsAffected == 0 { // cleaned since the insert failed
		return 0, nil, idempotency.ErrInProgress
	}
	if row.ExpiresAt.After(now) {
		if string(row.RequestHash) != string(scope.BodyHash[:]) {
			return 0, nil, idempotency.ErrKeyReused
		}
		return 0, &idempotency.Answer{Status: row.Status, Body: row.Response}, nil
	}
	renew := "UPDATE " + b.table + " SET request_hash = ?, status = 0, response = '', expires_at = ?, created_at = ?, updated_at = ? WHERE id = ? AND expires_at = ?"
	renewed := b.pool.DB(ctx).Exec(renew, scope.BodyHash[:], now.Add(scope.Life), now, now, row.ID, row.ExpiresAt)
	if renewed.Error != nil {
		return 0, nil, fmt.Errorf("renew idempotency key: %w", renewed.Error)
	}
	if renewed.RowsAffected == 0 { // another repeat renewed it first
		return 0, nil, idempotency.ErrInProgress
	}
	return row.ID, nil, nil
}

// DeleteExpired removes at most limit answers that are no longer kept, oldest
// first, and returns how many it removed.
func (b *AnswerBook) DeleteExpired(ctx context.Context, limit int) (int64, error) {
	deleted := b.pool.DB(ctx).Exec("DELETE FROM "+b.table+" WHERE expires_at < ? ORDER BY expires_at LIMIT ?", b.now().UTC(), limit)
	if deleted.Error != nil {
		return 0, fmt.Errorf("delete expired answers: %w", deleted.Error)
	}
	return deleted.RowsAffected, nil
}
