package deadletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// ErrAbsent is a letter that is not in the table.
var ErrAbsent = errors.New("deadletter: no such letter")

// State is where a letter of the table stands.
type State int

// The states. AnyState chooses all, Leased are in the hands of a process, Waiting are a
// drain's, Parked a person's.
const (
	AnyState State = iota
	Leased
	Waiting
	Parked
)

// Choice narrows a list of letters down; its zero value chooses all.
type Choice struct {
	State State
	// KeyPrefix is how the message key begins.
	KeyPrefix string
}

// List returns at most limit letters that are chosen, the oldest first. It reads no
// further than that.
func (s *Store) List(ctx context.Context, choice Choice, limit int) ([]Stored, error) {
	where, args := choice.where(s.now().UTC())
	return s.query(ctx, "SELECT "+columns+" FROM "+s.table+" WHERE "+where+" ORDER BY id LIMIT ?", append(args, limit)...)
}

// where is the choice as a condition.
func (c Choice) where(now time.Time) (condition string, args []any) {
	condition, args = "LEFT(message_key, CHAR_LENGTH(?)) = ?", []any{c.KeyPrefix, c.KeyPrefix}
	switch c.State {
	case AnyState:
	case Leased:
		condition, args = condition+" AND parked_at IS NULL AND lease_until > ?", append(args, now)
	case Waiting:
		condition, args = condition+" AND parked_at IS NULL AND lease_until <= ?", append(args, now)
	case Parked:
		condition += " AND parked_at IS NOT NULL"
	}
	return condition, args
}

// Show returns one letter, or ErrAbsent.
func (s *Store) Show(ctx context.Context, id int64) (Stored, error) {
	found, err := s.query(ctx, "SELECT "+columns+" FROM "+s.table+" WHERE id = ?", id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("show letter %d: %w", id, ErrAbsent)
	}
	if err != nil {
		return Stored{}, err
	}
	return found[0], nil
}

func (s *Store) query(ctx context.Context, statement string, args ...any) ([]Stored, error) {
	var rows []row
	if err := s.pool.DB(ctx).Raw(statement, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	letters := make([]Stored, 0, len(rows))
	for _, r := range rows {
		letter, _ := toStored(r) // one that nobody can read is there to be seen
		letters = append(letters, letter)
	}
	return letters, nil
}

// Retry makes a letter, parked or not, due now with its tries forgotten. It
// fails with ErrAbsent.
func (s *Store) Retry(ctx context.Context, id int64) error {
	now := s.now().UTC()
	updated := s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET parked_at = NULL, attempts = 0, refusals = 0, next_attempt_at = ?, updated_at = ? WHERE id = ?", now, now, id)
	return outcome(updated, "retry", id)
}

// Discard gives a letter up for good: the event will never reach Kafka. Who and
// why are kept with it. It fails with ErrAbsent.
func (s *Store) Discard(ctx context.Context, id int64, who, why string) error {
	if who == "" || why == "" {
		return errors.New("discard letter: needs who and why")
	}
	return s.pool.InTx(ctx, func(ctx context.Context) error {
		const kept = "id, event_id, message_key, topic, order_key, partition_id, partition_key, headers, payload, attempts, refusals, last_error, created_at, updated_at"
		copied := s.pool.DB(ctx).Exec("INSERT INTO "+s.discard+" ("+kept+", discarded_at, discarded_by, reason) SELECT "+kept+", ?, ?, ? FROM "+s.table+" WHERE id = ?",
			s.now().UTC(), who, why, id)
		if err := outcome(copied, "discard", id); err != nil {
			return err
		}
		return outcome(s.pool.DB(ctx).Exec("DELETE FROM "+s.table+" WHERE id = ?", id), "discard", id)
	})
}

func outcome(result *gorm.DB, verb string, id int64) error {
	if result.Error != nil {
		return fmt.Errorf("%s letter %d: %w", verb, id, result.Error)
	}
	if result.RowsAffected == 0 {
		return fmt.Errorf("%s letter %d: %w", verb, id, ErrAbsent)
	}
	return nil
}

// Silent is an Observer that hears nothing.
type Silent struct{}

// Published implements Observer.
func (Silent) Published(int, time.Duration) {}

// LeftToDrain implements Observer.
func (Silent) LeftToDrain(int) {}

// Drained implements Observer.
func (Silent) Drained(int) {}

// Parked implements Observer.
func (Silent) Parked(int) {}
