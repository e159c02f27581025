package deadletter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/support/mysql"
)

const (
	// statementRows bounds the rows of one statement.
	statementRows = 500
	maxError      = 1000
)

// Store is one writer's table of letters.
type Store struct {
	pool    *mysql.Pool
	table   string
	discard string
	process string
	now     func() time.Time
	acked   acked
}

// NewStore opens owner's table in pool's schema. process names this process in
// leases, and must differ between processes. now is the clock; clocks of processes
// that differ by more than a lease make letters be sent twice or late, never lost.
// The publisher and the drain of a process must share its Store.
func NewStore(pool *mysql.Pool, owner, process string, now func() time.Time) *Store {
	return &Store{pool: pool, table: letterTable(owner), discard: discardTable(owner), process: process, now: now}
}

// Append adds letters to the transaction of ctx, in their order, for any drain to
// send: for jobs that have many, and nobody who waits for them. It fails without a
// transaction.
func (s *Store) Append(ctx context.Context, letters ...Letter) error {
	return s.insert(ctx, letters, s.now().UTC())
}

// insert adds letters to the transaction of ctx, leased to this process until then.
func (s *Store) insert(ctx context.Context, letters []Letter, leaseUntil time.Time) error {
	if err := s.pool.RequireTx(ctx); err != nil {
		return fmt.Errorf("append letters: %w", err)
	}
	for chunk := range slices.Chunk(letters, statementRows) {
		if err := s.insertChunk(ctx, chunk, leaseUntil); err != nil {
			return fmt.Errorf("append %d letters: %w", len(letters), err)
		}
	}
	return nil
}

func (s *Store) insertChunk(ctx context.Context, letters []Letter, leaseUntil time.Time) error {
	now := s.now().UTC()
	values := make([]string, len(letters))
	args := make([]any, 0, 13*len(letters))
	for i, l := range letters {
		headers, err := fromHeaders(l.Headers)
		if err != nil {
			return err
		}
		values[i] = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		args = append(args, l.EventID, l.MessageKey, l.Topic, l.orderKey(), l.PartitionID, notNull(l.PartitionKey), headers, notNull(l.Payload),
			leaseUntil, s.process, leaseUntil, now, now)
	}
	statement := "INSERT INTO " + s.table + " (event_id, message_key, topic, order_key, partition_id, partition_key, headers, payload, " +
		"next_attempt_at, lease_owner, lease_until, created_at, updated_at) VALUES " + strings.Join(values, ", ")
	_, err := s.pool.Insert(ctx, statement, args...)
	return err
}

// notNull makes no bytes an empty value, which is not NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// release lets any drain claim letters that this process still has the lease of.
func (s *Store) release(ctx context.Context, eventIDs []string) error {
	now := s.now().UTC()
	for chunk := range slices.Chunk(eventIDs, statementRows) {
		err := s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET next_attempt_at = ?, lease_until = ?, lease_owner = '', updated_at = ? WHERE event_id IN ? AND lease_owner = ?",
			now, now, now, chunk, s.process).Error
		if err != nil {
			return fmt.Errorf("release %d letters: %w", len(eventIDs), err)
		}
	}
	return nil
}

// fail notes an attempt that failed, and when to try again or that it is given up.
// A letter whose lease another process has by now is its business.
func (s *Store) fail(ctx context.Context, letter Stored, cause error, next time.Time, park bool) error {
	now := s.now().UTC()
	var parkedAt *time.Time
	if park {
		parkedAt = &now
	}
	err := s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET attempts = ?, refusals = ?, last_error = ?, next_attempt_at = ?, lease_until = ?, lease_owner = '', parked_at = ?, updated_at = ? WHERE id = ? AND lease_owner = ?",
		letter.Attempts, letter.Refusals, shorten(cause.Error()), next, now, parkedAt, now, letter.ID, s.process).Error
	if err != nil {
		return fmt.Errorf("note failure of letter %d: %w", letter.ID, err)
	}
	return nil
}

func shorten(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if runes := []rune(text); len(runes) > maxError {
		return string(runes[:maxError])
	}
	return text
}
