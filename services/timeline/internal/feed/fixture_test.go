package feed_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/feed"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// house is a store of feeds in a real Redis, and a look behind it.
type house struct {
	*feed.Store
	redis *redis.Client
}

func newHouse(t testing.TB) house {
	t.Helper()
	database := testenv.Redis(t)
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	metrics := feed.NewMetrics(prometheus.NewRegistry())
	return house{feed.NewStore(client, metrics, func() time.Time { return now }), client.Conn()}
}

// at is second s of the test's day.
func at(s int) time.Time { return now.Add(time.Duration(s) * time.Second) }

// entries are posts 1 … n, each a second later than the one before, newest first.
func entries(n int) []timeline.FeedEntry {
	list := make([]timeline.FeedEntry, 0, n)
	for id := n; id > 0; id-- {
		list = append(list, timeline.FeedEntry{PostID: timeline.PostID(id), CreatedAt: at(id)})
	}
	return list
}

func (h house) follow(t *testing.T, member timeline.MemberID, version int64) {
	t.Helper()
	require.NoError(t, h.redis.Set(t.Context(), versionKey(member), version, time.Hour).Err())
}

// build makes a ready feed of posts 1 … n of the authors, for followings of version 1.
func (h house) build(t *testing.T, reader timeline.MemberID, n int, authors ...timeline.MemberID) {
	t.Helper()
	h.follow(t, reader, 1)
	ticket, err := h.BeginFeed(t.Context(), reader, timeline.Followings{Members: authors, Version: 1})
	require.NoError(t, err)
	require.NoError(t, h.FillFeed(t.Context(), reader, ticket, entries(n), n < timeline.FeedLength))
}

func (h house) read(t *testing.T, reader timeline.MemberID, part timeline.FeedRange) timeline.FeedRun {
	t.Helper()
	run, err := h.ReadFeed(t.Context(), reader, part)
	require.NoError(t, err)
	return run
}

// all is the whole stored feed.
func (h house) all(t *testing.T, reader timeline.MemberID) []timeline.PostID {
	t.Helper()
	run := h.read(t, reader, timeline.FeedRange{Count: 2 * timeline.FeedLength})
	require.Equal(t, timeline.FeedReady, run.State)
	require.True(t, run.Bottom)
	return ids(run)
}

func (h house) requireState(t *testing.T, reader timeline.MemberID, state timeline.FeedState) {
	t.Helper()
	require.Equal(t, state, h.read(t, reader, timeline.FeedRange{Count: 10}).State)
}

func ids(run timeline.FeedRun) []timeline.PostID {
	list := make([]timeline.PostID, len(run.Entries))
	for i, entry := range run.Entries {
		list[i] = entry.PostID
	}
	return list
}

// ownRedis is a house on a server that may be stopped and configured.
func ownRedis(t testing.TB) (house, func()) {
	t.Helper()
	server, database := testenv.OwnRedis(t)
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	metrics := feed.NewMetrics(prometheus.NewRegistry())
	return house{feed.NewStore(client, metrics, func() time.Time { return now }), client.Conn()}, func() { require.NoError(t, server.Kill()) }
}

// redisCPU is what the server has used.
func (h house) redisCPU(t testing.TB) (used time.Duration) {
	t.Helper()
	t.Helper()
	info, err := h.redis.Info(t.Context(), "cpu").Result()
	require.NoError(t, err)
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_user" || name == "used_cpu_sys" {
			seconds, err := strconv.ParseFloat(value, 64)
			require.NoError(t, err)
			used += time.Duration(seconds * float64(time.Second))
		}
	}
	return used
}

// ownCPU is what this process has used.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // never fails for oneself
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
