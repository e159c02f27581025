package deadletter

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// blockedPause is when a letter is looked at again that an older one holds back which
// some process is about to send.
const blockedPause = 500 * time.Millisecond

// claim takes the lease of at most limit letters that are due, the longest due
// first, and returns them in the order of their ids. Several claims at once share
// out the letters. A letter waits where an older one of its order key is in the
// table and not among those that were claimed, so that nothing overtakes it; more is
// true where that made the claim smaller. The transaction is over when it returns.
func (s *Store) claim(ctx context.Context, limit int, lease time.Duration) (claimed []row, more bool, err error) {
	err = s.pool.InTx(ctx, func(ctx context.Context) error {
		claimed, more = nil, false
		now := s.now().UTC()
		due, err := s.lockDue(ctx, now, limit)
		if err != nil || len(due) == 0 {
			return err
		}
		free, blocked, err := s.divide(ctx, due, now)
		if err != nil {
			return err
		}
		for until, ids := range blocked {
			if err := s.postpone(ctx, ids, now, until); err != nil {
				return err
			}
		}
		claimed, more = free, len(blocked) > 0
		return s.take(ctx, free, now, now.Add(lease))
	})
	if err != nil {
		return nil, false, fmt.Errorf("claim letters: %w", err)
	}
	return claimed, more, nil
}

// dueSQL passes over what other claims have locked. It runs along the due index.
func (s *Store) dueSQL() string {
	return "SELECT " + columns + " FROM " + s.table +
		" WHERE parked_at IS NULL AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ? FOR UPDATE SKIP LOCKED"
}

func (s *Store) lockDue(ctx context.Context, now time.Time, limit int) (due []row, err error) {
	err = s.pool.DB(ctx).Raw(s.dueSQL(), now, limit).Scan(&due).Error
	slices.SortFunc(due, func(a, b row) int { return int(a.ID - b.ID) })
	return due, err
}

// divide separates the letters that an older one of their order key holds back. A
// row of another claim counts, whether that claim has committed or not: it is in the
// table until it is sent. blocked is by when to look again.
func (s *Store) divide(ctx context.Context, due []row, now time.Time) (free []row, blocked map[time.Time][]int64, err error) {
	keys, mine := make([]string, len(due)), make(map[int64]bool, len(due))
	for i, r := range due {
		keys[i], mine[r.ID] = r.OrderKey, true
	}
	standing, err := s.standing(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	oldest := make(map[string]place) // of others, by order key
	for _, p := range standing {
		if _, known := oldest[p.OrderKey]; !known && !mine[p.ID] {
			oldest[p.OrderKey] = p
		}
	}
	blocked = make(map[time.Time][]int64)
	for _, r := range due {
		if other, there := oldest[r.OrderKey]; there && other.ID < r.ID {
			until := other.goneBy(now)
			blocked[until] = append(blocked[until], r.ID)
			continue
		}
		free = append(free, r)
	}
	return free, blocked, nil
}

func (s *Store) take(ctx context.Context, rows []row, now, until time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET next_attempt_at = ?, lease_until = ?, lease_owner = ?, updated_at = ? WHERE id IN ?",
		until, until, s.process, now, ids).Error
}

func (s *Store) postpone(ctx context.Context, ids []int64, now, until time.Time) error {
	return s.pool.DB(ctx).Exec("UPDATE "+s.table+" SET next_attempt_at = ?, updated_at = ? WHERE id IN ?", until, now, ids).Error
}

// place is where a letter stands among those of its order key.
type place struct {
	ID            int64
	EventID       string
	OrderKey      string
	LeaseOwner    string
	LeaseUntil    time.Time
	NextAttemptAt time.Time
}

// goneBy is when it makes sense to see whether the letter is still there.
func (p place) goneBy(now time.Time) time.Time {
	soon := now.Add(blockedPause)
	if p.LeaseUntil.After(now) || p.NextAttemptAt.Before(soon) {
		return soon
	}
	return p.NextAttemptAt // in a backoff
}

// standingSQL leaves out letters that were refused for themselves: a later change of
// the thing makes them superfluous, and must not wait for a person.
func (s *Store) standingSQL() string {
	return "SELECT id, event_id, order_key, lease_owner, lease_until, next_attempt_at FROM " + s.table +
		" WHERE order_key IN ? AND parked_at IS NULL AND refusals = 0"
}

// standing are the letters in the table of these order keys, the oldest first.
func (s *Store) standing(ctx context.Context, orderKeys []string) (places []place, err error) {
	slices.Sort(orderKeys)
	err = s.pool.DB(ctx).Raw(s.standingSQL(), slices.Compact(orderKeys)).Scan(&places).Error
	if err != nil {
		return nil, fmt.Errorf("look for older letters: %w", err)
	}
	slices.SortFunc(places, func(a, b place) int { return int(a.ID - b.ID) })
	return places, nil
}
