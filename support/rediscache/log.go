package rediscache

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"
)

// quiet takes the lines of go-redis, which it would write to stderr as plain text,
// into the process's log, once per process: go-redis has one logger for all clients.
// They are for debugging: every failure that they tell of is also returned.
var quiet = sync.OnceFunc(func() { redis.SetLogger(lines{}) })

// lines is a logger of go-redis.
type lines struct{}

// Printf writes one line of go-redis to the log.
func (lines) Printf(ctx context.Context, format string, args ...any) {
	slog.DebugContext(ctx, "redis client", "line", fmt.Sprintf(format, args...))
}
