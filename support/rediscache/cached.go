package rediscache

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	keysPerTrip = 500
	// barrierLife is longer than any read of the truth takes.
	barrierLife = 2 * time.Second
	barrier     = "" // no JSON is empty
)

// Entry is a value as it was at FetchedAt.
type Entry[T any] struct {
	Value     T
	FetchedAt time.Time
	// Fresh says that it is young enough to be used without asking its owner;
	// otherwise it is the last that is known.
	Fresh bool
}

// CacheConfig says how values are kept.
type CacheConfig struct {
	// Prefix is all of the key before the id.
	Prefix string
	// Fresh is how old a value may be to be used without asking its owner.
	Fresh time.Duration
	// Keep is how long it is there at all.
	Keep time.Duration
	// Now is the clock.
	Now func() time.Time
}

// Cached keeps JSON of T by id. Readers fill it, the owner deletes from it; they
// must agree on Prefix and on the JSON.
type Cached[ID ~int64, T any] struct {
	client *Client
	config CacheConfig
}

// NewCached is a cache of config in client.
func NewCached[ID ~int64, T any](client *Client, config CacheConfig) *Cached[ID, T] {
	return &Cached[ID, T]{client: client, config: config}
}

// stored is what a key holds.
type stored[T any] struct {
	Value     T         `json:"value"`
	FetchedAt time.Time `json:"fetchedAt"`
}

// GetMany returns what is there of ids, fresh or not, in one round trip per 500.
func (c *Cached[ID, T]) GetMany(ctx context.Context, ids []ID) (map[ID]Entry[T], error) {
	entries := make(map[ID]Entry[T], len(ids))
	for len(ids) > 0 {
		trip := ids[:min(len(ids), keysPerTrip)]
		ids = ids[len(trip):]
		values, err := c.client.MGet(ctx, c.keys(trip)...)
		if err != nil {
			return nil, fmt.Errorf("get cached %s: %w", c.config.Prefix, err)
		}
		for i, value := range values {
			if entry, ok := c.decode(value); ok {
				entries[trip[i]] = entry
			}
		}
	}
	return entries, nil
}

func (c *Cached[ID, T]) decode(value *string) (entry Entry[T], ok bool) {
	if value == nil || *value == barrier {
		return entry, false
	}
	var kept stored[T]
	if err := json.Unmarshal([]byte(*value), &kept); err != nil {
		c.client.counts.undecodable.Add(1)
		return entry, false
	}
	fresh := c.config.Now().Sub(kept.FetchedAt) <= c.config.Fresh
	return Entry[T]{Value: kept.Value, FetchedAt: kept.FetchedAt, Fresh: fresh}, true
}

// setScript writes each key but those that hold a barrier.
var setScript = redis.NewScript(`
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= '' then
    redis.call('SET', key, ARGV[i + 1], 'PX', ARGV[1])
  end
end
return redis.status_reply('OK')`)

// SetMany keeps values that their owner was asked for at fetchedAt (before the
// question, not after the answer: that is how old they may be). An id that was
// deleted within the last 2 s is left out, so that a value that was read
// before a change is not kept after it.
func (c *Cached[ID, T]) SetMany(ctx context.Context, values map[ID]T, fetchedAt time.Time) error {
	ids := make([]ID, 0, len(values))
	for id := range values {
		ids = append(ids, id)
	}
	for len(ids) > 0 {
		trip := ids[:min(len(ids), keysPerTrip)]
		ids = ids[len(trip):]
		args := []any{c.config.Keep.Milliseconds()}
		for _, id := range trip {
			text, err := json.Marshal(stored[T]{Value: values[id], FetchedAt: fetchedAt.UTC()})
			if err != nil {
				return fmt.Errorf("encode cached %s%d: %w", c.config.Prefix, id, err)
			}
			args = append(args, text)
		}
		if err := setScript.Run(ctx, c.client.redis, c.keys(trip), args...).Err(); err != nil {
			return fmt.Errorf("set cached %s: %w", c.config.Prefix, err)
		}
	}
	return nil
}

// Delete removes ids, and for 2 s keeps readers from putting back what they
// read before. Call it after the change is committed.
func (c *Cached[ID, T]) Delete(ctx context.Context, ids ...ID) error {
	pipe := c.client.redis.Pipeline()
	for _, key := range c.keys(ids) {
		pipe.Set(ctx, key, barrier, barrierLife)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("delete cached %s: %w", c.config.Prefix, err)
	}
	return nil
}

func (c *Cached[ID, T]) keys(ids []ID) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = c.config.Prefix + strconv.FormatInt(int64(id), 10)
	}
	return keys
}
