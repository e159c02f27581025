package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// childVariable makes this binary search itself where a test starts it as one.
const childVariable = "SEARCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(process.Main("search", Commands()))
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // outages are loud
	testenv.Main(m)
}

// contract is search's document; every answer of every test is held to it.
var contract = contracttest.MustParse(searchrest.Document())

// written is when things of the tests were written, unless they say otherwise.
var written = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// fleet is the service with real stores, and its neighbours.
type fleet struct {
	*neighbours
	service  *service
	producer *kafka.Producer
	url      string
	cfg      config.Config
	environ  process.Environ
}

// start runs the service. Settings may be changed.
func start(t testing.TB, change ...func(*config.Config)) *fleet {
	t.Helper()
	f := &fleet{neighbours: startNeighbours(t)}
	f.cfg = f.settings(t)
	for _, c := range change {
		c(&f.cfg)
	}
	require.NoError(t, migrate(t.Context(), f.cfg, nil))
	var err error
	f.producer, err = kafka.NewProducer(kafka.ProducerConfig{Bootstrap: bootstrap(f.cfg), ClientID: "test", Topics: kafka.TopicSpec{Partitions: 2}})
	require.NoError(t, err)
	t.Cleanup(f.producer.Close)
	f.join(t)
	return f
}

// join starts one more replica on the same stores, which answers from now on.
func (f *fleet) join(t testing.TB) {
	t.Helper()
	s, err := wire(f.cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = s.activities.Run(ctx) })
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
	cache, events, store := testenv.Redis(t), testenv.Kafka(t), testenv.Mongo(t)
	f.environ = process.Environ{
		"MONGODB_URI=" + store.URI, "MONGODB_DATABASE=" + store.Database,
		"REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"KAFKA_BOOTSTRAP_SERVERS=" + events.Bootstrap, "TOPIC_PREFIX=" + events.Prefix, "CONSUMER_GROUP=" + events.Group("search"),
		"MEMBER_URL=" + f.memberURL, "TIMELINE_URL=" + f.timelineURL, "CONTENT_URL=" + f.contentURL,
		"INTERNAL_TOKEN=" + authtest.InternalToken, "LOG_LEVEL=error",
	}
	cfg, err := process.Load[config.Config](f.environ)
	require.NoError(t, err)
	return cfg
}

// post is a post of author 1, written a second after the one with the id before.
func post(id int64, title, text string) search.Post {
	at := written.Add(time.Duration(id) * time.Second)
	return search.Post{ID: search.PostID(id), Version: 1, AuthorID: 1, Title: title, Content: text, CreatedAt: at, UpdatedAt: at}
}

func comment(id, on int64, text string) search.Comment {
	at := written.Add(time.Duration(id) * time.Second)
	return search.Comment{ID: search.CommentID(id), Version: 1, PostID: search.PostID(on), AuthorID: 2, Content: text, CreatedAt: at, UpdatedAt: at}
}

// know lets timeline and content know of things, without events.
func (f *fleet) know(things ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, thing := range things {
		switch thing := thing.(type) {
		case search.Post:
			f.posts[int64(thing.ID)] = thing
		case search.Comment:
			f.comments[int64(thing.ID)] = thing
		}
	}
}

// write does what content does: its rows change, and Kafka hears of it.
func (f *fleet) write(t testing.TB, things ...any) {
	t.Helper()
	f.know(things...)
	f.tell(t, things...)
}

// tell sends the events of things.
func (f *fleet) tell(t testing.TB, things ...any) {
	t.Helper()
	var records []kafka.Record
	for _, thing := range things {
		record, err := activityrecord.Encode(eventOf(thing), activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: f.cfg.TopicPrefix})
		require.NoError(t, err)
		records = append(records, kafka.Record{
			Topic: record.Topic, PartitionKey: activityrecord.PartitionKey(record.PartitionID), Key: []byte(record.Key), Value: record.Value,
		})
	}
	// a broker on a busy machine may be slow to lead a new topic
	var failed error
	require.Eventually(t, func() bool {
		failed = errors.Join(f.producer.Produce(t.Context(), records)...)
		return failed == nil || t.Context().Err() != nil
	}, 2*time.Minute, 50*time.Millisecond)
	require.NoError(t, failed)
}

func eventOf(thing any) *activityv1.MemberActivityEvent {
	e := &activityv1.MemberActivityEvent{EventId: uuid.Must(uuid.NewV7()).String(), OccurredAt: activityrecord.Timestamp(now())}
	pick := func(version int64, deleted bool, created, updated, gone activityrecord.Type) activityrecord.Type {
		switch {
		case deleted:
			return gone
		case version == 1:
			return created
		}
		return updated
	}
	switch p := thing.(type) {
	case search.Post:
		e.Type = pick(p.Version, p.Deleted, activityrecord.PostCreate, activityrecord.PostUpdate, activityrecord.PostDelete)
		e.MemberId, e.PostId, e.Version = int64(p.AuthorID), int64(p.ID), p.Version
		state := &activityv1.PostState{
			AuthorId: int64(p.AuthorID), Title: p.Title, Content: p.Content, Deleted: p.Deleted,
			CreatedAt: activityrecord.Timestamp(p.CreatedAt), UpdatedAt: activityrecord.Timestamp(p.UpdatedAt),
		}
		if p.Deleted {
			state.Title, state.Content = "", ""
		}
		e.State = &activityv1.MemberActivityEvent_Post{Post: state}
	case search.Comment:
		e.Type = pick(p.Version, p.Deleted, activityrecord.CommentCreate, activityrecord.CommentUpdate, activityrecord.CommentDelete)
		e.MemberId, e.PostId, e.CommentId, e.Version = int64(p.AuthorID), int64(p.PostID), int64(p.ID), p.Version
		state := &activityv1.CommentState{
			AuthorId: int64(p.AuthorID), PostId: int64(p.PostID), Depth: int32(p.Depth), Content: p.Content, Deleted: p.Deleted,
			CreatedAt: activityrecord.Timestamp(p.CreatedAt), UpdatedAt: activityrecord.Timestamp(p.UpdatedAt),
		}
		if p.ParentID != 0 {
			parent := int64(p.ParentID)
			state.ParentId = &parent
		}
		if p.Deleted {
			state.Content = ""
		}
		e.State = &activityv1.MemberActivityEvent_Comment{Comment: state}
	}
	return e
}

// response is what a request got.
type response struct {
	http   int
	header http.Header
	raw    string
	Code   string          `json:"code"`
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Field string `json:"field"`
	} `json:"errors"`
}

// as sends a request of a member; 0 is nobody.
func (f *fleet) as(t testing.TB, member int64, method, path, body string) response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if member != 0 {
		f.issuer.Authorize(request, member)
	}
	got, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = got.Body.Close() }()
	raw, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	r := response{http: got.StatusCode, header: got.Header, raw: string(raw)}
	if strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
		require.NoError(t, json.Unmarshal(raw, &r), r.raw)
	}
	return r
}

func (r response) requireCode(t testing.TB, status int, code string) {
	t.Helper()
	require.Equal(t, code, r.Code, r.raw)
	require.Equal(t, status, r.http, r.raw)
}

// found is a page of either kind.
type found struct {
	Content []struct {
		ID           int64   `json:"id"`
		PK           int64   `json:"pk"`
		PostPK       int64   `json:"postPk"`
		ParentPK     *int64  `json:"parentPk"`
		Content      string  `json:"content"`
		Author       *string `json:"author"`
		AuthorHandle *string `json:"authorHandle"`
		Depth        int     `json:"depth"`
		ReplyCount   int64   `json:"replyCount"`
		ViewCount    int64   `json:"viewCount"`
		Liked        bool    `json:"liked"`
		Highlight    *string `json:"highlight"`
	} `json:"content"`
	TotalElements int64 `json:"totalElements"`
	TotalPages    int   `json:"totalPages"`
	HasNext       bool  `json:"hasNext"`
	Last          bool  `json:"last"`
}

func (p found) ids() []int64 {
	ids := []int64{}
	for _, c := range p.Content {
		ids = append(ids, c.ID+c.PK) // one of them is 0
	}
	return ids
}

// search asks S1 or S2; more are further parameters.
func (f *fleet) search(t testing.TB, what, keyword string, more ...string) found {
	t.Helper()
	query := url.Values{"keyword": {keyword}}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return f.page(t, "/api/search/"+what+"?"+query.Encode())
}

func (f *fleet) page(t testing.TB, path string) (p found) {
	t.Helper()
	r := f.as(t, 7, "GET", path, "")
	require.Equal(t, 200, r.http, r.raw)
	require.NoError(t, json.Unmarshal(r.Data, &p))
	return p
}

// await waits until a search finds these and no others, in any order.
func (f *fleet) await(t testing.TB, what, keyword string, ids ...int64) {
	t.Helper()
	want := append([]int64{}, ids...)
	var got []int64
	for deadline := time.Now().Add(time.Minute); ; <-time.After(10 * time.Millisecond) {
		got = f.search(t, what, keyword, "size", "100").ids()
		if len(got) == len(want) && subset(got, want) {
			return
		}
		if time.Now().After(deadline) {
			require.ElementsMatch(t, want, got, keyword)
		}
	}
}

func subset(got, want []int64) bool {
	known := map[int64]bool{}
	for _, id := range want {
		known[id] = true
	}
	for _, id := range got {
		if !known[id] {
			return false
		}
	}
	return true
}

// onlyOf is the one entry of a page.
func onlyOf(t testing.TB, r response) json.RawMessage {
	t.Helper()
	var page struct {
		Content []json.RawMessage `json:"content"`
	}
	require.NoError(t, json.Unmarshal(r.Data, &page), r.raw)
	require.Len(t, page.Content, 1, r.raw)
	return page.Content[0]
}
