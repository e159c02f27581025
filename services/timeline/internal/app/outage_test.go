package app

import (
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/mysqlreader"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestWithoutRedisEverythingIsReadAndRight(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	f := start(t, func(cfg *config.Config) { cfg.RedisAddr, cfg.RedisDB = database.Addr, database.DB })
	f.follow(t, 1, 2)
	f.ranked(t)
	f.thread(t)
	require.NoError(t, server.Kill())
	for range 3 {
		require.Equal(t, []int64{3, 1, 8, 7}, f.home(t, 1))
		page := f.posts(t, 1, home+"?size=2")
		require.Equal(t, []int64{8, 7}, postIDs(f.posts(t, 1, home+"?size=2&cursor="+*page.NextCursor).Content))
		require.Equal(t, []int64{4, 2}, postIDs(f.posts(t, 1, "/posts/authors/3").Content))
		require.Equal(t, "Member 2", *read[timelinerest.Post](t, f.get(t, 1, "/posts/7")).AuthorName)
	}
	f.unfollowAtMember(1, 2)
	require.Empty(t, f.home(t, 1))
	require.Equal(t, http.StatusOK, f.ready(t))
}

// unfollowAtMember ends a follow where Redis cannot be told.
func (f *fleet) unfollowAtMember(follower, target int64) { f.member.Unfollow(follower, target) }

// ready is what the check for readiness answers.
func (f *fleet) ready(t *testing.T) int {
	t.Helper()
	status, _ := f.readiness(t)
	return status
}

func (f *fleet) readiness(t *testing.T) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+"/healthcheck/ready", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(raw)
}

// live lets the tokens of a test pass without member.
func (f *fleet) live(t *testing.T) {
	t.Helper()
	for session := range 100 {
		key := "member:authentication:session-revoked:" + strconv.Itoa(1000+session)
		require.NoError(t, f.service.redis.Conn().Set(t.Context(), key, "0", time.Hour).Err())
	}
}

func TestWithoutMemberEverythingIsReadWithTheNamesThatAreKnown(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.ranked(t)
	f.AddComments(t, contenttest.Comment{ID: 1, Post: 1, Author: 5, CreatedAt: today})
	require.Equal(t, []int64{3, 1}, f.home(t, 1)) // and the keys and the name of 2 are known
	f.live(t)
	f.member.SetDown(true)
	require.Equal(t, []int64{3, 1}, f.home(t, 1))
	require.Equal(t, "Member 2", *f.posts(t, 1, home).Content[0].AuthorName)
	unknown := read[timelinerest.Post](t, f.get(t, 1, "/posts/2"))
	require.Nil(t, unknown.AuthorName)
	require.Nil(t, unknown.AuthorHandle)
	require.Nil(t, unknown.AuthorAvatarURL)
	require.Equal(t, []int64{4, 2}, postIDs(f.posts(t, 1, "/posts/authors/3").Content), "its posts say that it was there")
	require.Len(t, f.comments(t, 1, "/members/5/comments").Content, 1)
	f.get(t, 1, "/posts/authors/404").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.get(t, 1, "/members/404/comments").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.get(t, 4, home).requireCode(t, 503, "SERVICE_UNAVAILABLE")
	require.NoError(t, f.service.redis.Conn().Del(t.Context(), "member:api:followings-version:1").Err())
	require.Equal(t, []int64{3, 1}, f.home(t, 1), "the last known feed")
	f.member.SetDown(false)
}

func TestWithoutKafkaReadsAreServedAndDropped(t *testing.T) {
	t.Parallel()
	f := start(t, func(cfg *config.Config) { cfg.KafkaBootstrapServers = []string{"127.0.0.1:1"} })
	f.ranked(t)
	began := time.Now()
	for range 20 {
		require.EqualValues(t, 2, read[timelinerest.Post](t, f.get(t, 1, "/posts/1")).ViewCount)
	}
	require.Less(t, time.Since(began), 5*time.Second)
	eventually(t, "the drops are counted", func() bool { return f.counter(t, "read_events_dropped_total") == 20 })
}

// counter is the sum of a counter or gauge over its labels.
func (f *fleet) counter(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := f.service.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			for _, metric := range family.GetMetric() {
				sum += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
			}
		}
	}
	return sum
}

func TestWithoutMySQLRowsAreUnavailableButThePodIsReady(t *testing.T) {
	t.Parallel()
	server, schema := testenv.OwnMySQL(t)
	f := start(t, func(cfg *config.Config) {
		tables := contenttest.NewOn(t, schema)
		tables.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: today})
		cfg.MySQLDSN = process.Secret(tables.Reader(t, mysqlreader.Tables()))
	})
	require.Len(t, f.posts(t, 1, "/posts/authors/2").Content, 1)
	require.NoError(t, server.Kill())
	for _, path := range []string{"/posts/1", "/posts/authors/2", "/comments", "/posts/most-popular"} {
		got := f.get(t, 1, path)
		got.requireCode(t, 503, "SERVICE_UNAVAILABLE")
		require.NotEmpty(t, got.header.Get("Retry-After"))
	}
	require.Equal(t, http.StatusOK, f.ready(t), "feeds of nobody need no rows")
	require.NoError(t, server.Start(t.Context()))
	eventually(t, "rows are read again", func() bool { return f.get(t, 1, "/posts/1").http == http.StatusOK })
}

func TestWithNeitherMySQLNorRedisThePodIsNotReady(t *testing.T) {
	t.Parallel()
	f := start(t, func(cfg *config.Config) {
		cfg.RedisAddr = "127.0.0.1:1"
		cfg.MySQLDSN = "u:p@tcp(127.0.0.1:1)/dailyfeed"
	})
	status, missing := f.readiness(t)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "mysql or redis", missing)
}
