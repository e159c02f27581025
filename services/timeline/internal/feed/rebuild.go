package feed

import (
	"context"
	"fmt"
)

// keysPerScan is how many keys Redis looks at in one step, so that nobody waits
// for it.
const keysPerScan = 1000

// ForgetAll has every stored feed built again when it is next read, and returns
// how many there were. Feeds that are read meanwhile are right.
func (s *Store) ForgetAll(ctx context.Context) (feeds int, err error) {
	var cursor uint64
	for {
		keys, next, err := s.redis.Scan(ctx, cursor, feedPrefix+"*"+stateSuffix, keysPerScan).Result()
		if err != nil {
			return feeds, fmt.Errorf("look for feeds: %w", err)
		}
		if len(keys) > 0 {
			gone, err := s.redis.Unlink(ctx, keys...).Result()
			if err != nil {
				return feeds, fmt.Errorf("forget feeds: %w", err)
			}
			feeds += int(gone)
		}
		if cursor = next; cursor == 0 {
			return feeds, nil
		}
	}
}
