package deadletter

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// ParkedLife is how long a parked letter, and the note of a discarded one, is kept
// (spec 11).
const ParkedLife = 90 * 24 * time.Hour

// expireSize is how many letters are archived and removed in one step.
const expireSize = 100

// Discarded is a letter that a person gave up, with who and why.
type Discarded struct {
	Letter
	ID          int64
	LastError   string
	CreatedAt   time.Time
	DiscardedAt time.Time
	DiscardedBy string
	Reason      string
}

// Archive takes letters whole before they are removed for good.
type Archive interface {
	// KeepParked is given a letter that was parked and never repaired.
	KeepParked(ctx context.Context, letter Stored) error
	// KeepDiscarded is given a letter that a person had discarded.
	KeepDiscarded(ctx context.Context, letter Discarded) error
}

// Expire removes what was parked or discarded before that time, each only after
// archive has taken it. It may run in several processes at once: then a letter may
// be archived twice, and never not at all. It returns how many it removed.
func (s *Store) Expire(ctx context.Context, before time.Time, archive Archive) (removed int, err error) {
	for _, step := range []func(context.Context, time.Time, Archive) (int, error){s.expireParked, s.expireDiscarded} {
		for {
			n, err := step(ctx, before.UTC(), archive)
			removed += n
			if err != nil {
				return removed, fmt.Errorf("expire letters: %w", err)
			}
			if n < expireSize {
				break
			}
		}
	}
	return removed, nil
}

func (s *Store) expireParked(ctx context.Context, before time.Time, archive Archive) (int, error) {
	letters, err := s.query(ctx, "SELECT "+columns+" FROM "+s.table+" WHERE parked_at < ? ORDER BY parked_at, id LIMIT ?", before, expireSize)
	if err != nil {
		return 0, err
	}
	for i, letter := range letters {
		if err := archive.KeepParked(ctx, letter); err != nil {
			return i, err
		}
		// not one that a person has retried meanwhile
		if err := s.pool.DB(ctx).Exec("DELETE FROM "+s.table+" WHERE id = ? AND parked_at < ?", letter.ID, before).Error; err != nil {
			return i, err
		}
	}
	return len(letters), nil
}

func (s *Store) expireDiscarded(ctx context.Context, before time.Time, archive Archive) (int, error) {
	letters, err := s.listDiscarded(ctx, "WHERE discarded_at < ? ORDER BY discarded_at, id LIMIT ?", before, expireSize)
	if err != nil {
		return 0, err
	}
	for i, letter := range letters {
		if err := archive.KeepDiscarded(ctx, letter); err != nil {
			return i, err
		}
		if err := s.pool.DB(ctx).Exec("DELETE FROM "+s.discard+" WHERE id = ?", letter.ID).Error; err != nil {
			return i, err
		}
	}
	return len(letters), nil
}

// ListDiscarded returns at most limit letters that were discarded and whose keys begin
// with keyPrefix, the oldest first.
func (s *Store) ListDiscarded(ctx context.Context, keyPrefix string, limit int) ([]Discarded, error) {
	return s.listDiscarded(ctx, "WHERE LEFT(message_key, CHAR_LENGTH(?)) = ? ORDER BY id LIMIT ?", keyPrefix, keyPrefix, limit)
}

// ShowDiscarded returns one letter that was discarded, or ErrAbsent.
func (s *Store) ShowDiscarded(ctx context.Context, id int64) (Discarded, error) {
	found, err := s.listDiscarded(ctx, "WHERE id = ?", id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("show discarded letter %d: %w", id, ErrAbsent)
	}
	if err != nil {
		return Discarded{}, err
	}
	return found[0], nil
}

type discardedRow struct {
	Letter      row `gorm:"embedded"`
	DiscardedAt time.Time
	DiscardedBy string
	Reason      string
}

func (s *Store) listDiscarded(ctx context.Context, which string, args ...any) ([]Discarded, error) {
	var rows []discardedRow
	err := s.pool.DB(ctx).Raw("SELECT id, event_id, message_key, topic, order_key, partition_id, partition_key, headers, payload, last_error, created_at, "+
		"discarded_at, discarded_by, reason FROM "+s.discard+" "+which, args...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read discarded letters: %w", err)
	}
	letters := make([]Discarded, 0, len(rows))
	for _, r := range rows {
		letter, _ := toStored(r.Letter)
		letters = append(letters, Discarded{
			Letter: letter.Letter, ID: letter.ID, LastError: letter.LastError, CreatedAt: letter.CreatedAt,
			DiscardedAt: r.DiscardedAt, DiscardedBy: r.DiscardedBy, Reason: r.Reason,
		})
	}
	return letters, nil
}

// LogArchive writes letters into the log, one line each, from where it keeps them:
// payload and headers are in base64 there, as JSON has bytes.
type LogArchive struct{}

// KeepParked implements Archive.
func (LogArchive) KeepParked(ctx context.Context, l Stored) error {
	slog.WarnContext(ctx, "parked letter archived and removed", append(whole(l.Letter), "parked_at", l.ParkedAt, "last_error", l.LastError, "created_at", l.CreatedAt)...)
	return nil
}

// KeepDiscarded implements Archive.
func (LogArchive) KeepDiscarded(ctx context.Context, l Discarded) error {
	slog.WarnContext(ctx, "discarded letter archived and removed", append(whole(l.Letter),
		"discarded_at", l.DiscardedAt, "discarded_by", l.DiscardedBy, "reason", l.Reason, "last_error", l.LastError, "created_at", l.CreatedAt)...)
	return nil
}

func whole(l Letter) []any {
	return []any{
		"event_id", l.EventID, "message_key", l.MessageKey, "topic", l.Topic, "order_key", l.OrderKey,
		"partition_id", l.PartitionID, "headers", l.Headers, "payload", l.Payload,
	}
}
