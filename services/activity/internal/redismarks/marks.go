// Package redismarks remembers for a while in Redis which events were applied,
// as a shortcut: who has lost it applies them again, which changes nothing.
package redismarks

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

const (
	// keyPrefix belongs to this service's group alone (spec 10): a mark says that
	// the activity is recorded, and nothing about other projections.
	keyPrefix = "member_activity:kafka_key:"
	life      = time.Hour
)

// Marks implements eventconsumer.Marks.
type Marks struct{ redis *rediscache.Client }

// New keeps marks in redis.
func New(redis *rediscache.Client) *Marks { return &Marks{redis} }

// FindApplied says of each event id whether it is known to be applied, in one
// round trip.
func (m *Marks) FindApplied(ctx context.Context, eventIDs []string) ([]bool, error) {
	keys := make([]string, len(eventIDs))
	for i, id := range eventIDs {
		keys[i] = keyPrefix + id
	}
	values, err := m.redis.MGet(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("find marks: %w", err)
	}
	applied := make([]bool, len(eventIDs))
	for i, value := range values {
		applied[i] = value != nil
	}
	return applied, nil
}

// MarkApplied remembers events for an hour.
func (m *Marks) MarkApplied(ctx context.Context, eventIDs []string) error {
	_, err := m.redis.Conn().Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range eventIDs {
			p.Set(ctx, keyPrefix+id, "1", life)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark applied: %w", err)
	}
	return nil
}
