package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// listenerRows are content's records that it cannot apply, in MySQL.
type listenerRows struct {
	stores *Stores
	now    func() time.Time
}

const listenerTable = "content_listener_dead_letters"

type listenerRow struct {
	ID            int64
	Topic         string
	Partition     int
	Offset        int64
	MessageKey    []byte
	Headers       string
	Payload       []byte
	LastError     string
	Attempts      int
	NextAttemptAt time.Time
	ParkedAt      *time.Time
	DiscardedAt   *time.Time
	DiscardedBy   string
	Reason        string
	CreatedAt     time.Time
}

func (listenerRows) name() string { return "content-listener" }

// listenerStates are the states as conditions; nobody holds the lease of a record.
var listenerStates = map[string]string{
	"": "TRUE", StateLeased: "FALSE", StateWaiting: "parked_at IS NULL AND discarded_at IS NULL",
	StateParked: "parked_at IS NOT NULL AND discarded_at IS NULL", StateDiscarded: "discarded_at IS NOT NULL",
}

func (d listenerRows) list(ctx context.Context, wanted LetterFilter) (letters []Letter, err error) {
	size := listPage
	if wanted.Type == "" {
		size = min(size, wanted.Limit)
	}
	for after := int64(0); len(letters) < wanted.Limit; {
		rows, err := d.rows(ctx, "WHERE id > ? AND "+listenerStates[wanted.State]+" ORDER BY id LIMIT ?", after, size)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if letter := toListenerLetter(r); wanted.wants(letter) && len(letters) < wanted.Limit {
				letters = append(letters, letter)
			}
			after = r.ID
		}
		if len(rows) < size {
			break
		}
	}
	return letters, nil
}

// listPage is how many letters are read at once.
const listPage = 500

func (d listenerRows) rows(ctx context.Context, which string, args ...any) (rows []listenerRow, err error) {
	pool, err := d.stores.sql()
	if err != nil {
		return nil, err
	}
	if err := pool.DB(ctx).Raw("SELECT * FROM "+listenerTable+" "+which, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read content's listener letters: %w", err)
	}
	return rows, nil
}

func toListenerLetter(r listenerRow) Letter {
	letter := Letter{
		ID: fmt.Sprintf("content-listener:%d", r.ID), Kind: KindListener, Key: string(r.MessageKey), Topic: r.Topic,
		Partition: &r.Partition, Offset: &r.Offset, Attempts: r.Attempts, Error: r.LastError, CreatedAt: r.CreatedAt,
		ParkedAt: r.ParkedAt, DiscardedAt: r.DiscardedAt, DiscardedBy: r.DiscardedBy, Reason: r.Reason,
		Headers: map[string]string{}, Payload: r.Payload, State: StateWaiting,
	}
	switch {
	case r.DiscardedAt != nil:
		letter.State = StateDiscarded
	case r.ParkedAt != nil:
		letter.State = StateParked
	default:
		letter.NextAttemptAt = &r.NextAttemptAt
	}
	var headers []kafka.Header
	if json.Unmarshal([]byte(r.Headers), &headers) == nil {
		for _, h := range headers {
			letter.Headers[h.Key] = string(h.Value)
		}
	}
	letter.complete()
	return letter
}

func (d listenerRows) find(ctx context.Context, number string) (Letter, error) {
	id, err := d.id(number)
	if err != nil {
		return Letter{}, err
	}
	found, err := d.rows(ctx, "WHERE id = ?", id)
	if err != nil {
		return Letter{}, err
	}
	if len(found) == 0 {
		return Letter{}, ErrNoLetter
	}
	return toListenerLetter(found[0]), nil
}

func (d listenerRows) retry(ctx context.Context, number string) error {
	now := d.now().UTC()
	return d.update(ctx, number, "parked_at = NULL, discarded_at = NULL, discarded_by = '', reason = '', attempts = 1, next_attempt_at = ?, updated_at = ?", now, now)
}

func (d listenerRows) discard(ctx context.Context, number, who, why string) error {
	now := d.now().UTC()
	return d.update(ctx, number, "parked_at = ?, discarded_at = ?, discarded_by = ?, reason = ?, updated_at = ?", now, now, who, why, now)
}

func (d listenerRows) update(ctx context.Context, number, set string, args ...any) error {
	id, err := d.id(number)
	if err != nil {
		return err
	}
	pool, err := d.stores.sql()
	if err != nil {
		return err
	}
	var updated *gorm.DB
	if updated = pool.DB(ctx).Exec("UPDATE "+listenerTable+" SET "+set+" WHERE id = ?", append(args, id)...); updated.Error != nil {
		return fmt.Errorf("change letter %d: %w", id, updated.Error)
	}
	if updated.RowsAffected == 0 {
		return ErrNoLetter
	}
	return nil
}

func (d listenerRows) id(number string) (int64, error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 {
		return 0, fmt.Errorf("%w, not %q", errLetterID, d.name()+":"+number)
	}
	return id, nil
}
