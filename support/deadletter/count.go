package deadletter

import (
	"context"
	"fmt"
	"time"
)

// Count tells the state of the table. It counts along the due index, so that asking
// often is cheap although an outage may leave hundreds of thousands of letters.
func (s *Store) Count(ctx context.Context) (Counts, error) {
	now := s.now().UTC()
	var r struct{ Unparked, Leased, Parked int64 }
	err := s.pool.DB(ctx).Raw(
		`SELECT (SELECT COUNT(*) FROM `+s.table+` WHERE parked_at IS NULL) AS unparked,
		        (SELECT COUNT(*) FROM `+s.table+` WHERE parked_at IS NULL AND next_attempt_at > ? AND lease_until > ?) AS leased,
		        (SELECT COUNT(*) FROM `+s.table+` WHERE parked_at IS NOT NULL) AS parked`, now, now).Scan(&r).Error
	if err != nil {
		return Counts{}, fmt.Errorf("count letters: %w", err)
	}
	oldest, err := s.oldest(ctx)
	if err != nil {
		return Counts{}, err
	}
	counts := Counts{Waiting: r.Unparked - r.Leased, Leased: r.Leased, Parked: r.Parked}
	if oldest != nil {
		counts.Oldest = max(0, now.Sub(*oldest))
	}
	return counts, nil
}

// oldest is when the first letter was appended that is not parked, nil without one.
func (s *Store) oldest(ctx context.Context) (*time.Time, error) {
	var created []time.Time
	err := s.pool.DB(ctx).Raw("SELECT created_at FROM " + s.table + " WHERE parked_at IS NULL ORDER BY id LIMIT 1").Scan(&created).Error
	if err != nil {
		return nil, fmt.Errorf("find oldest letter: %w", err)
	}
	if len(created) == 0 {
		return nil, nil //nolint:nilnil // there is none, and that is no failure
	}
	return &created[0], nil
}

// anyDue says whether a claim would find something.
func (s *Store) anyDue(ctx context.Context) (bool, error) {
	return s.exists(ctx, "parked_at IS NULL AND next_attempt_at <= ?", s.now().UTC())
}

// anySince says whether a letter is left, but for parked ones, that was there then.
func (s *Store) anySince(ctx context.Context, then time.Time) (bool, error) {
	return s.exists(ctx, "parked_at IS NULL AND created_at <= ?", then)
}

func (s *Store) exists(ctx context.Context, condition string, arg any) (bool, error) {
	var found []int
	err := s.pool.DB(ctx).Raw("SELECT 1 FROM "+s.table+" WHERE "+condition+" LIMIT 1", arg).Scan(&found).Error
	if err != nil {
		return false, fmt.Errorf("look for letters: %w", err)
	}
	return len(found) > 0, nil
}
