package rediscache

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// A mark stands in a key whose value was forgotten. It is never equal to another
// mark, so that who looked before the change can be told from who looked after it.
const (
	markFirst = '!'
	// markLife is longer than keepWithin: while a look may still be kept, the
	// mark of a change since then is there.
	markLife   = time.Minute
	keepWithin = 10 * time.Second
)

// IsMark says whether a stored value is a mark: nothing is kept there. Values
// that are kept must not begin with "!".
func IsMark(value string) bool { return value == "" || value[0] == markFirst }

// Forget throws the values of keys away, in one round trip, and keeps whoever
// looked at their truth before this call from putting back what it saw. Call it
// after the change of the truth is committed.
func (c *Client) Forget(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	mark := string(markFirst) + rand.Text()
	_, err := c.redis.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, key := range keys {
			pipe.Set(ctx, key, mark, markLife)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget %d keys: %w", len(keys), err)
	}
	return nil
}

// Kept is a value for a key, read from its truth after Seen was seen in the key:
// "" for nothing, else a mark or an older value.
type Kept struct{ Key, Seen, Value string }

// keepScript sets each key that still has what was seen in it.
//
//	KEYS keys
//	ARGV life in ms, then seen, value for each
var keepScript = redis.NewScript(`
for i, key in ipairs(KEYS) do
  if (redis.call('GET', key) or '') == ARGV[2 * i] then redis.call('SET', key, ARGV[2 * i + 1], 'PX', ARGV[1]) end
end
return redis.status_reply('OK')`)

// Keep stores values for life, but for those that were forgotten or stored since
// they were looked at. lookedAt is when Seen was read; after 10 s nothing is kept.
func (c *Client) Keep(ctx context.Context, life time.Duration, lookedAt time.Time, values ...Kept) error {
	if len(values) == 0 || c.gate.now().Sub(lookedAt) > keepWithin {
		return nil
	}
	keys, args := make([]string, len(values)), make([]any, 0, 2*len(values)+1)
	args = append(args, life.Milliseconds())
	for i, v := range values {
		keys[i] = v.Key
		args = append(args, v.Seen, v.Value)
	}
	if err := keepScript.Run(ctx, c.redis, keys, args...).Err(); err != nil {
		return fmt.Errorf("keep %d values: %w", len(values), err)
	}
	return nil
}
