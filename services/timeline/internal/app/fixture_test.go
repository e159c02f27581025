package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/memberapi/membertest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/mysqlreader"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // outages are loud
	testenv.Main(m)
}

// contract is timeline's document; every answer of every test is held to it.
var contract = contracttest.MustParse(timelinerest.Document())

// today is the noon that posts of the tests were written around, in UTC.
var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// fleet is the service on real stores, with content's tables and a member
// service in memory.
type fleet struct {
	contenttest.Tables
	service *service
	member  *membertest.Server
	url     string
	cfg     config.Config
}

// start runs the service. Settings may be changed.
func start(t *testing.T, change ...func(*config.Config)) *fleet {
	t.Helper()
	f := &fleet{Tables: contenttest.New(t), member: membertest.Start(t)}
	f.member.Join(1, 2, 3, 4, 5)
	f.cfg = f.settings(t)
	for _, c := range change {
		c(&f.cfg)
	}
	f.join(t)
	return f
}

// join starts one more replica on the same stores, which answers from now on.
func (f *fleet) join(t *testing.T) {
	t.Helper()
	s, err := wire(f.cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{s.reads.Run, s.activities.Run} {
		running.Go(func() { _ = run(ctx) })
	}
	server := httptest.NewServer(contracttest.Handler(t, contract, s.server))
	f.service, f.url = s, server.URL
	t.Cleanup(func() {
		server.Close()
		cancel()
		running.Wait()
		s.close()
	})
}

func (f *fleet) settings(t testing.TB) config.Config {
	t.Helper()
	cache, events := testenv.Redis(t), testenv.Kafka(t)
	cfg, err := process.Load[config.Config](process.Environ{
		"MYSQL_DSN=" + f.Reader(t, mysqlreader.Tables()), "REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"KAFKA_BOOTSTRAP_SERVERS=" + events.Bootstrap, "TOPIC_PREFIX=" + events.Prefix, "TOPIC_PARTITIONS=2",
		"MONGODB_URI=mongodb://127.0.0.1:1", // where a test needs one it brings it
		"MEMBER_URL=" + f.member.URL, "INTERNAL_TOKEN=" + authtest.InternalToken,
		"CURSOR_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
		"DAILYFEED_TIME_ZONE=Asia/Seoul", "LOG_LEVEL=error",
	})
	require.NoError(t, err)
	return cfg
}

// follow makes follower follow targets as member does: with the version.
func (f *fleet) follow(t *testing.T, follower int64, targets ...int64) {
	t.Helper()
	f.setVersion(t, follower, f.member.Follow(follower, targets...))
}

func (f *fleet) unfollow(t *testing.T, follower, target int64) {
	t.Helper()
	f.setVersion(t, follower, f.member.Unfollow(follower, target))
}

func (f *fleet) setVersion(t testing.TB, follower, version int64) {
	t.Helper()
	key := fmt.Sprintf("member:api:followings-version:%d", follower)
	require.NoError(t, f.service.redis.Conn().Set(t.Context(), key, version, time.Hour).Err())
}

// DeletePost deletes a post as content does: stored pages forget it.
func (f *fleet) DeletePost(t *testing.T, id int64) {
	t.Helper()
	f.Tables.DeletePost(t, id)
	f.forget(t, fmt.Sprintf("timeline:api:posts:post_item:%d", id))
}

// like makes member like a post, as content does.
func (f *fleet) like(t *testing.T, post, member int64) {
	t.Helper()
	f.Like(t, post, member, today)
	f.Exec(t, "UPDATE post_stats SET like_count = like_count + 1 WHERE post_id = ?", post)
	f.forget(t, fmt.Sprintf("timeline:api:posts:post_item:%d", post), fmt.Sprintf("timeline:api:posts:likes:%d", member))
}

func (f *fleet) forget(t *testing.T, keys ...string) {
	t.Helper()
	require.NoError(t, f.service.redis.Forget(t.Context(), keys...))
}

// publish sends events as content and member do.
func (f *fleet) publish(t *testing.T, events ...*activityv1.MemberActivityEvent) {
	t.Helper()
	var records []kafka.Record
	for _, event := range events {
		event.EventId = newEventID()
		record, err := activityrecord.Encode(event, activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: f.cfg.TopicPrefix})
		require.NoError(t, err)
		records = append(records, kafka.Record{
			Topic: record.Topic, PartitionKey: activityrecord.PartitionKey(record.PartitionID), Key: []byte(record.Key), Value: record.Value,
		})
	}
	for _, err := range f.service.producer.Produce(t.Context(), records) {
		require.NoError(t, err)
	}
}

// answer is what a request got.
type answer struct {
	http   int
	header http.Header
	raw    string
	Status int             `json:"status"`
	Code   string          `json:"code"`
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Field string `json:"field"`
	} `json:"errors"`
}

// get asks as a member; 0 is nobody.
func (f *fleet) get(t *testing.T, member int64, path string, headers ...string) answer {
	t.Helper()
	return f.send(t, member, http.MethodGet, path, "", headers...)
}

func (f *fleet) send(t *testing.T, member int64, method, path, body string, headers ...string) answer {
	t.Helper()
	if !strings.HasPrefix(path, "/internal/") {
		path = "/api/timeline" + path
	}
	request, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if member != 0 {
		f.member.Issuer.Authorize(request, member)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	got := answer{http: response.StatusCode, header: response.Header, raw: string(raw)}
	require.NoError(t, json.NewDecoder(bytes.NewReader(raw)).Decode(&got), got.raw)
	return got
}

// read is the data of a success.
func read[T any](t *testing.T, a answer) (data T) {
	t.Helper()
	require.Equal(t, http.StatusOK, a.http, a.raw)
	require.Equal(t, http.StatusOK, a.Status, a.raw)
	require.NoError(t, json.Unmarshal(a.Data, &data), a.raw)
	return data
}

func (a answer) requireCode(t *testing.T, status int, code string, fields ...string) {
	t.Helper()
	require.Equal(t, code, a.Code, a.raw)
	require.Equal(t, status, a.http, a.raw)
	var seen []string
	for _, e := range a.Errors {
		seen = append(seen, e.Field)
	}
	require.Equal(t, fields, seen, a.raw)
}

func (f *fleet) posts(t *testing.T, member int64, path string) timelinerest.PostScrollPage {
	t.Helper()
	return read[timelinerest.PostScrollPage](t, f.get(t, member, path))
}

func (f *fleet) comments(t *testing.T, member int64, path string) timelinerest.CommentScrollPage {
	t.Helper()
	return read[timelinerest.CommentScrollPage](t, f.get(t, member, path))
}

func postIDs(posts []timelinerest.Post) []int64 {
	ids := make([]int64, len(posts))
	for i, post := range posts {
		ids[i] = post.ID
	}
	return ids
}

func commentIDs(comments []timelinerest.Comment) []int64 {
	ids := make([]int64, len(comments))
	for i, comment := range comments {
		ids[i] = comment.ID
	}
	return ids
}

// minutes is today and so many minutes more.
func minutes(n int) time.Time { return today.Add(time.Duration(n) * time.Minute) }

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 20*time.Second, 10*time.Millisecond, what)
}
