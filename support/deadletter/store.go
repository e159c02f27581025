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
}

// NewStore opens owner's table in pool's schema. process names this process in
// leases, and must differ between processes. now is the clock.
func NewStore(pool *mysql.Pool, owner, process string, now func() time.Time) *Store {
	return &Store{pool: pool, table: letterTable(owner), discard: discardTable(owner), process: process, now: now}
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
	args := make([]any, 0, 12*len(letters))
	for i, l := range letters {
		headers, err := fromHeaders(l.Headers)
		if err != nil {
			return err
		}
		values[i] = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		args = append(args, l.EventID, l.MessageKey, l.Topic, l.PartitionID, l.PartitionKey, headers, l.Payload,
			leaseUntil, s.process, leaseUntil, now, now)
	}
	statement := "INSERT INTO " + s.table + " (event_id, message_key, topic, partition_id, partition_key, headers, payload, " +
		"next_attempt_at, lease_owner, lease_until, created_at, updated_at) VALUES " + strings.Join(values, ", ")
	_, err := s.pool.Insert(ctx, statement, args...)
	return err
}

// remove deletes letters that Kafka has. Removing one that is gone is no failure.
func (s *Store) remove(ctx context.Context, eventIDs []string) error {
	for chunk := range slices.Chunk(eventIDs, statementRows) {
		if err := s.pool.DB(ctx).Exec("DELETE FROM "+s.table+" WHERE event_id IN ?", chunk).Error; err != nil {
			return fmt.Errorf("delete %d letters: %w", len(eventIDs), err)
		}
	}
	return nil
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

// claim takes the lease of at most limit letters that are due, the longest due
// first, and returns them in the order of their ids. Several claims at once
// share out the letters. The transaction is over when it returns.
func (s *Store) claim(ctx context.Context, limit int, lease time.Duration) (claimed []Stored, err error) {
	err = s.pool.InTx(ctx, func(ctx context.Context) error {
		claimed = nil
		now := s.now().UTC()
		var rows []row
		find := "SELECT " + columns + " FROM " + s.table +
			" WHERE parked_at IS NULL AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ? FOR UPDATE SKIP LOCKED"
		if err := s.pool.DB(ctx).Raw(find, now, limit).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
			stored, err := toStored(r)
			if err != nil {
				return err
			}
			claimed = append(claimed, stored)
		}
		until := now.Add(lease)
		return s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET next_attempt_at = ?, lease_until = ?, lease_owner = ?, updated_at = ? WHERE id IN ?",
			until, until, s.process, now, ids).Error
	})
	if err != nil {
		return nil, fmt.Errorf("claim letters: %w", err)
	}
	slices.SortFunc(claimed, func(a, b Stored) int { return int(a.ID - b.ID) })
	return claimed, nil
}

// fail notes an attempt that failed, and when to try again or that it is given up.
func (s *Store) fail(ctx context.Context, id int64, attempts int, cause error, next time.Time, park bool) error {
	now := s.now().UTC()
	var parkedAt *time.Time
	if park {
		parkedAt = &now
	}
	err := s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET attempts = ?, last_error = ?, next_attempt_at = ?, lease_until = ?, lease_owner = '', parked_at = ?, updated_at = ? WHERE id = ?",
		attempts, shorten(cause.Error()), next, now, parkedAt, now, id).Error
	if err != nil {
		return fmt.Errorf("note failure of letter %d: %w", id, err)
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

// Count tells the state of the table.
func (s *Store) Count(ctx context.Context) (Counts, error) {
	now := s.now().UTC()
	var r struct {
		Waiting, Leased, Parked int64
		Oldest                  *time.Time
	}
	err := s.pool.DB(ctx).Raw(
		`SELECT COALESCE(SUM(parked_at IS NULL AND lease_until <= ?), 0) AS waiting,
		        COALESCE(SUM(parked_at IS NULL AND lease_until > ?), 0) AS leased,
		        COALESCE(SUM(parked_at IS NOT NULL), 0) AS parked,
		        MIN(CASE WHEN parked_at IS NULL THEN created_at END) AS oldest
		   FROM `+s.table, now, now).Scan(&r).Error
	if err != nil {
		return Counts{}, fmt.Errorf("count letters: %w", err)
	}
	counts := Counts{Waiting: r.Waiting, Leased: r.Leased, Parked: r.Parked}
	if r.Oldest != nil {
		counts.Oldest = now.Sub(*r.Oldest)
	}
	return counts, nil
}
