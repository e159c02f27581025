package relevance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/test/relevance"
)

func TestMain(m *testing.M) { testenv.Main(m) }

const (
	buildWithin = 3 * time.Minute
	readyWithin = time.Minute
	stopWithin  = 20 * time.Second
)

// service is search as it is released, a process with real stores; what it asks
// its neighbours for comes from the test.
type service struct {
	url    string
	issuer *authtest.Issuer
	events testenv.KafkaSpace
}

func startService(t *testing.T, posts []relevance.Post) *service {
	t.Helper()
	s := &service{issuer: authtest.NewIssuer(t), events: testenv.Kafka(t)}
	cache, store, port := testenv.Redis(t), testenv.Mongo(t), strconv.Itoa(testenv.FreePort(t))
	s.url = "http://127.0.0.1:" + port
	environ := append(os.Environ(),
		"PORT="+port, "ADMIN_PORT=0", "SHUTDOWN_DELAY=0s", "LOG_LEVEL=error", "INTERNAL_TOKEN="+authtest.InternalToken,
		"MONGODB_URI="+store.URI, "MONGODB_DATABASE="+store.Database, "REDIS_ADDR="+cache.Addr, "REDIS_DB="+strconv.Itoa(cache.DB),
		"KAFKA_BOOTSTRAP_SERVERS="+s.events.Bootstrap, "TOPIC_PREFIX="+s.events.Prefix, "CONSUMER_GROUP="+s.events.Group("search"),
		"MEMBER_URL="+member(t, s.issuer), "TIMELINE_URL="+timeline(t, posts),
	)
	program := build(t)
	migrate := exec.CommandContext(t.Context(), program, "migrate")
	migrate.Env = environ
	said, err := migrate.CombinedOutput()
	require.NoError(t, err, string(said))
	serve(t, program, environ)
	require.Eventually(t, func() bool {
		answer, err := http.Get(s.url + "/healthcheck/ready")
		if err != nil {
			return false
		}
		defer func() { _ = answer.Body.Close() }()
		return answer.StatusCode == http.StatusOK
	}, readyWithin, 20*time.Millisecond)
	return s
}

// build compiles the service from this repository.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "search")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./services/search/cmd/search")
	command.Dir = filepath.Join("..", "..")
	command.WaitDelay = buildWithin
	said, err := command.CombinedOutput()
	require.NoError(t, err, string(said))
	return program
}

// serve runs the service until the test ends.
func serve(t *testing.T, program string, environ []string) {
	t.Helper()
	process := exec.Command(program, "serve")
	process.Env, process.Stdout, process.Stderr = environ, os.Stderr, os.Stderr
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Signal(os.Interrupt)
		slow := time.AfterFunc(stopWithin, func() { _ = process.Process.Kill() })
		defer slow.Stop()
		_ = process.Wait()
	})
}

// tell sends the events of posts, as content does.
func (s *service) tell(t *testing.T, posts []relevance.Post) {
	t.Helper()
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: s.events.Bootstrap, ClientID: "relevance", Topics: kafka.TopicSpec{Partitions: 2}})
	require.NoError(t, err)
	defer producer.Close()
	records := make([]kafka.Record, len(posts))
	for i, p := range posts {
		written := activityrecord.Timestamp(p.Written)
		record, err := activityrecord.Encode(&activityv1.MemberActivityEvent{
			EventId: uuid.Must(uuid.NewV7()).String(), OccurredAt: activityrecord.Timestamp(relevance.Today), Type: activityrecord.PostCreate,
			MemberId: p.Author, PostId: p.ID, Version: 1,
			State: &activityv1.MemberActivityEvent_Post{Post: &activityv1.PostState{
				AuthorId: p.Author, Title: p.Title, Content: p.Text, CreatedAt: written, UpdatedAt: written,
			}},
		}, activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: s.events.Prefix})
		require.NoError(t, err)
		records[i] = kafka.Record{
			Topic: record.Topic, PartitionKey: activityrecord.PartitionKey(record.PartitionID), Key: []byte(record.Key), Value: record.Value,
		}
	}
	for _, err := range producer.Produce(t.Context(), records) {
		require.NoError(t, err)
	}
	want := map[string]int{}
	for _, p := range posts {
		want[relevance.Handles[p.Author-1]]++
	}
	for handle, n := range want {
		require.Eventually(t, func() bool {
			found, err := s.ask(t.Context(), "from:"+handle, "recent", 1)
			return err == nil && found.total == n
		}, readyWithin, 50*time.Millisecond, handle)
	}
}

// answer is a page of S1.
type answer struct {
	ids   []int64
	total int
}

// ask asks S1 for its first page.
func (s *service) ask(ctx context.Context, keyword, sort string, size int) (a answer, err error) {
	query := url.Values{"keyword": {keyword}, "sort": {sort}, "size": {strconv.Itoa(size)}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/search/posts?"+query.Encode(), nil)
	if err != nil {
		return a, err
	}
	s.issuer.Authorize(request, 1)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return a, err
	}
	defer func() { _ = response.Body.Close() }()
	var page struct {
		Message string `json:"message"`
		Data    struct {
			Content []struct {
				ID int64 `json:"id"`
			} `json:"content"`
			TotalElements int `json:"totalElements"`
		} `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil {
		return a, err
	}
	if response.StatusCode != http.StatusOK {
		return a, fmt.Errorf("search %q: %d %s", keyword, response.StatusCode, page.Message)
	}
	a.total = page.Data.TotalElements
	for _, found := range page.Data.Content {
		a.ids = append(a.ids, found.ID)
	}
	return a, nil
}

// timeline shows all posts.
func timeline(t *testing.T, posts []relevance.Post) string {
	shown := make(map[int64]timelinerest.Post, len(posts))
	for _, p := range posts {
		at := p.Written.Format(time.DateTime)
		shown[p.ID] = timelinerest.Post{ID: p.ID, Title: p.Title, Content: p.Text, AuthorID: p.Author, CreatedAt: at, UpdatedAt: at}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q timelinerest.FindPostsRequest
		_ = json.NewDecoder(r.Body).Decode(&q) // then there are no ids, and the test sees it
		found := []timelinerest.Post{}
		for _, id := range q.IDs {
			found = append(found, shown[id])
		}
		answerWith(w, found)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// member knows the authors by their handles, and who is logged in.
func member(t *testing.T, issuer *authtest.Issuer) string {
	tokens, err := url.Parse(issuer.URL)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(tokens))
	mux.HandleFunc("GET /api/members/profile/{handle}", func(w http.ResponseWriter, r *http.Request) {
		for i, handle := range relevance.Handles {
			if handle == strings.TrimPrefix(r.PathValue("handle"), "@") {
				answerWith(w, memberrest.MemberProfile{ID: int64(i) + 1, MemberID: int64(i) + 1, Handle: handle})
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func answerWith(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": http.StatusOK, "result": "SUCCESS", "data": data})
}
