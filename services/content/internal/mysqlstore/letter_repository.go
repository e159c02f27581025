package mysqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/readconsumer"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const maxErrorText = 1000

// LetterBox implements readconsumer.LetterStore.
type LetterBox struct {
	Store *Store
	Now   func() time.Time
}

var _ readconsumer.LetterStore = LetterBox{}

// Keep implements readconsumer.LetterStore.
func (b LetterBox) Keep(ctx context.Context, letter readconsumer.Letter, next time.Time) error {
	headers, err := json.Marshal(letter.Message.Headers)
	if err != nil {
		return fmt.Errorf("write headers: %w", err)
	}
	now, m := b.Now().UTC(), letter.Message
	err = b.Store.pool.DB(ctx).Exec(
		"INSERT INTO content_listener_dead_letters (topic, `partition`, `offset`, digest, message_key, headers, payload, last_error, attempts, next_attempt_at, created_at, updated_at) "+
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE updated_at = VALUES(updated_at)",
		m.Topic, m.Partition, m.Offset, digest(m), notNull(m.Key), string(headers), notNull(m.Value), shortened(letter.Error), letter.Attempts, next.UTC(), now, now).Error
	if err != nil {
		return fmt.Errorf("keep letter %s/%d@%d: %w", m.Topic, m.Partition, m.Offset, err)
	}
	return nil
}

// Claim implements readconsumer.LetterStore. It passes over what others claim.
func (b LetterBox) Claim(ctx context.Context, now, lease time.Time) (letter readconsumer.Letter, err error) {
	err = b.Store.pool.InTx(ctx, func(ctx context.Context) error {
		var rows []letterRow
		err := b.Store.pool.DB(ctx).Raw("SELECT "+letterColumns+" FROM content_listener_dead_letters "+
			"WHERE parked_at IS NULL AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED", now).Scan(&rows).Error
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return readconsumer.ErrNoneDue
		}
		if letter, err = toLetter(rows[0]); err != nil {
			return err
		}
		return b.Store.pool.DB(ctx).Exec("UPDATE content_listener_dead_letters SET next_attempt_at = ?, updated_at = ? WHERE id = ?", lease, now, letter.ID).Error
	})
	if err != nil {
		return letter, fmt.Errorf("claim letter: %w", err)
	}
	return letter, nil
}

// Return implements readconsumer.LetterStore.
func (b LetterBox) Return(ctx context.Context, letter readconsumer.Letter, next time.Time, park bool) error {
	now := b.Now().UTC()
	var parkedAt *time.Time
	if park {
		parkedAt = &now
	}
	err := b.Store.pool.DB(ctx).Exec(
		"UPDATE content_listener_dead_letters SET attempts = ?, last_error = ?, next_attempt_at = ?, parked_at = ?, updated_at = ? WHERE id = ?",
		letter.Attempts, shortened(letter.Error), next, parkedAt, now, letter.ID).Error
	if err != nil {
		return fmt.Errorf("return letter %d: %w", letter.ID, err)
	}
	return nil
}

// Remove implements readconsumer.LetterStore.
func (b LetterBox) Remove(ctx context.Context, id int64) error {
	if err := b.Store.pool.DB(ctx).Exec("DELETE FROM content_listener_dead_letters WHERE id = ?", id).Error; err != nil {
		return fmt.Errorf("remove letter %d: %w", id, err)
	}
	return nil
}

// LetterCounts is the state of all letters.
type LetterCounts struct {
	Waiting, Parked int64
	// Oldest is when the oldest waiting letter came; zero where none waits.
	Oldest time.Time
}

// Count tells the state of all letters; those that a person discarded count as none.
func (b LetterBox) Count(ctx context.Context) (counts LetterCounts, err error) {
	var row struct {
		Waiting, Parked int64
		Oldest          *time.Time
	}
	err = b.Store.pool.DB(ctx).Raw(`SELECT COALESCE(SUM(parked_at IS NULL), 0) AS waiting, COALESCE(SUM(parked_at IS NOT NULL AND discarded_at IS NULL), 0) AS parked,
		MIN(CASE WHEN parked_at IS NULL THEN created_at END) AS oldest FROM content_listener_dead_letters`).Scan(&row).Error
	if err != nil {
		return counts, fmt.Errorf("count letters: %w", err)
	}
	counts.Waiting, counts.Parked = row.Waiting, row.Parked
	if row.Oldest != nil {
		counts.Oldest = *row.Oldest
	}
	return counts, nil
}

// Expire removes at most limit letters that were parked before that time, and
// returns how many. Each is first written to the log, whole: payload and key in base64.
func (b LetterBox) Expire(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	var rows []letterRow
	err = b.Store.pool.DB(ctx).Raw("SELECT "+letterColumns+" FROM content_listener_dead_letters WHERE parked_at < ? ORDER BY parked_at, id LIMIT ?", before, limit).Scan(&rows).Error
	if err != nil {
		return 0, fmt.Errorf("list parked letters: %w", err)
	}
	for i, r := range rows {
		slog.WarnContext(ctx, "parked record archived and removed", "topic", r.Topic, "partition", r.Partition, "offset", r.Offset,
			"message_key", r.MessageKey, "headers", json.RawMessage(r.Headers), "payload", r.Payload, "last_error", r.LastError, "created_at", r.CreatedAt, "parked_at", r.ParkedAt)
		// not one that a person has retried meanwhile
		if err := b.Store.pool.DB(ctx).Exec("DELETE FROM content_listener_dead_letters WHERE id = ? AND parked_at < ?", r.ID, before).Error; err != nil {
			return i, fmt.Errorf("remove letter %d: %w", r.ID, err)
		}
	}
	return len(rows), nil
}

// digest tells records apart that have one offset in two lives of a topic.
func digest(m kafka.Message) []byte {
	d := sha256.New()
	d.Write(m.Key)
	d.Write([]byte{0})
	d.Write(m.Value)
	return d.Sum(nil)
}

func shortened(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	return string(runes[:min(len(runes), maxErrorText)])
}

// notNull makes no bytes an empty value, which is not NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
