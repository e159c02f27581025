package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// contract is content's document; every answer of every test is held to it.
var contract = contracttest.MustParse(contentrest.Document())

// fleet is the service with real stores, and a member service that only
// knows tokens.
type fleet struct {
	service *service
	issuer  *authtest.Issuer
	url     string
	cfg     config.Config
}

// start runs the service with the real stores. Settings may be changed.
func start(t *testing.T, change ...func(*config.Config)) *fleet {
	t.Helper()
	f := &fleet{issuer: authtest.NewIssuer(t)}
	f.cfg = f.settings(t)
	for _, c := range change {
		c(&f.cfg)
	}
	require.NoError(t, migrate(t.Context(), f.cfg, nil))
	f.join(t)
	return f
}

// join starts one more replica on the same stores, which answers from now on.
func (f *fleet) join(t *testing.T) {
	t.Helper()
	var err error
	f.service, err = wire(f.cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	s := f.service
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{s.publisher.Run, s.reads.Run, func(ctx context.Context) error { return s.drain.Run(ctx, 50*time.Millisecond) }} {
		running.Go(func() { _ = run(ctx) })
	}
	server := httptest.NewServer(contracttest.Handler(t, contract, s.server))
	f.url = server.URL
	t.Cleanup(func() {
		server.Close()
		cancel()
		running.Wait()
		s.close()
	})
}

func (f *fleet) settings(t *testing.T) config.Config {
	t.Helper()
	database, cache, events := testenv.MySQL(t), testenv.Redis(t), testenv.Kafka(t)
	cfg, err := process.Load[config.Config](process.Environ{
		"MYSQL_DSN=" + database.DSN, "REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"KAFKA_BOOTSTRAP_SERVERS=" + events.Bootstrap, "TOPIC_PREFIX=" + events.Prefix,
		"MEMBER_URL=" + f.issuer.URL, "INTERNAL_TOKEN=" + authtest.InternalToken,
		"DAILYFEED_TIME_ZONE=Asia/Seoul", "LOG_LEVEL=error",
	})
	require.NoError(t, err)
	return cfg
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

// as sends a request of a member; 0 is nobody.
func (f *fleet) as(t *testing.T, member int64, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if member != 0 {
		f.issuer.Authorize(request, member)
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

func (a answer) post(t *testing.T) (p contentrest.Post) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.Data, &p), a.raw)
	return p
}

func (a answer) comment(t *testing.T) (c contentrest.Comment) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.Data, &c), a.raw)
	return c
}

// requireOK wants a success with the contract's status number.
func (a answer) requireOK(t *testing.T, status int) answer {
	t.Helper()
	require.Equal(t, status, a.Status, a.raw)
	want := http.StatusOK
	if status == http.StatusCreated {
		want = http.StatusCreated
	}
	require.Equal(t, want, a.http, a.raw)
	return a
}

func (a answer) requireCode(t *testing.T, status int, code string) {
	t.Helper()
	require.Equal(t, code, a.Code, a.raw)
	require.Equal(t, status, a.http, a.raw)
}

func path(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case int64:
			b.WriteString(strconv.FormatInt(p, 10))
		}
	}
	return b.String()
}

// heard is every event that reached Kafka.
type heard struct {
	mu     sync.Mutex
	events []*activityrecord.Event
	keys   []string
	parts  []int
}

// listen reads all topics of the fleet from the beginning.
func (f *fleet) listen(t *testing.T) *heard {
	t.Helper()
	h := new(heard)
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap(f.cfg), Group: f.cfg.TopicPrefix + "listener", Prefix: f.cfg.TopicPrefix, ClientID: "test", TopicsEvery: 100 * time.Millisecond,
		Handle: func(_ context.Context, m kafka.Message) error {
			event, err := activityrecord.Decode(m.Value)
			if err != nil {
				return err
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events, h.keys, h.parts = append(h.events, event), append(h.keys, string(m.Key)), append(h.parts, m.Partition)
			return nil
		},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = consumer.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return h
}

func (h *heard) await(t *testing.T, n int) []*activityrecord.Event {
	t.Helper()
	require.Eventually(t, func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.events) >= n }, 20*time.Second, 10*time.Millisecond)
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*activityrecord.Event(nil), h.events...)
}
