package testenv

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// RedisDatabase is an empty numbered database that belongs to one test. FLUSHALL would
// hit the neighbours: such a test takes OwnRedis.
type RedisDatabase struct {
	Addr string
	DB   int
}

// URL is the same as one text: redis://host:port/db.
func (r RedisDatabase) URL() string { return fmt.Sprintf("redis://%s/%d", r.Addr, r.DB) }

// Options are the same for go-redis.
func (r RedisDatabase) Options() *redis.Options { return &redis.Options{Addr: r.Addr, DB: r.DB} }

// Redis gives the test an empty database, taken from it with its end.
func Redis(t testing.TB) RedisDatabase {
	t.Helper()
	addr := shared.redis.get(t)
	admin := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = admin.Close() })
	r := RedisDatabase{Addr: addr, DB: claim(t, admin)}
	r.flush(t)
	t.Cleanup(func() {
		r.flush(t)
		if err := admin.Del(context.Background(), claimKey(r.DB)).Err(); err != nil {
			t.Errorf("testenv: give redis database back: %v", err)
		}
	})
	return r
}

// OwnRedis gives the test a server that it may stop, kill and pause. It forgets
// everything when it ends.
func OwnRedis(t testing.TB) (*server.Redis, RedisDatabase) {
	t.Helper()
	s := own(t, server.StartRedis, server.Options{})
	return s, RedisDatabase{Addr: s.Addr()}
}

const (
	nextKey  = "testenv:next"
	claimFor = time.Hour // a killed test's claim ends by itself
)

func claimKey(db int) string { return fmt.Sprintf("testenv:claimed:%d", db) }

// claim finds a database that nobody uses, whichever process that is: the
// claims are in database 0, which no test gets.
func claim(t testing.TB, admin *redis.Client) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), callWithin)
	defer cancel()
	for range server.RedisDatabases {
		next, err := admin.Incr(ctx, nextKey).Result()
		if err != nil {
			t.Fatalf("testenv: claim redis database: %v", err)
		}
		db := int(next%(server.RedisDatabases-1)) + 1
		free, err := admin.SetNX(ctx, claimKey(db), 1, claimFor).Result()
		if err != nil {
			t.Fatalf("testenv: claim redis database: %v", err)
		}
		if free {
			return db
		}
	}
	t.Fatal("testenv: every redis database is in use")
	return 0
}

func (r RedisDatabase) flush(t testing.TB) {
	t.Helper()
	client := redis.NewClient(r.Options())
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), callWithin)
	defer cancel()
	if err := client.FlushDB(ctx).Err(); err != nil {
		t.Errorf("testenv: empty redis database: %v", err)
	}
}
