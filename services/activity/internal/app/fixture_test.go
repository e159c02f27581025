package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) {
	slog.SetLogLoggerLevel(slog.LevelError)
	testenv.Main(m)
}

// contract is activity's document; every answer of every test is held to it.
var contract = contracttest.MustParse(activityrest.Document())

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// fleet is the service with real stores, and a member service that knows tokens,
// names and followings.
type fleet struct {
	service  *service
	member   *member
	url      string
	cfg      config.Config
	producer *kafka.Producer
}

// start runs the service with the real stores. Settings may be changed.
func start(t *testing.T, change ...func(*config.Config)) *fleet {
	t.Helper()
	f := &fleet{member: startMember(t)}
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
	s := f.service
	server := httptest.NewServer(contracttest.Handler(t, contract, s.server))
	f.url = server.URL
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = s.runHub(ctx); close(done) }()
	t.Cleanup(func() {
		server.Close()
		cancel()
		<-done
		s.close()
	})
}

// consume lets the newest replica take events until stop is called.
func (f *fleet) consume(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	consumer := f.service.consumer
	go func() { _ = consumer.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func (f *fleet) settings(t *testing.T) config.Config {
	t.Helper()
	database, cache, events := testenv.Mongo(t), testenv.Redis(t), testenv.Kafka(t)
	cfg, err := process.Load[config.Config](process.Environ{
		"MONGODB_URI=" + database.URI, "MONGODB_DATABASE=" + database.Database,
		"REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"KAFKA_BOOTSTRAP_SERVERS=" + events.Bootstrap, "TOPIC_PREFIX=" + events.Prefix,
		"MEMBER_URL=" + f.member.url, "INTERNAL_TOKEN=" + authtest.InternalToken,
		"CURSOR_KEY=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)),
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
		f.member.issuer.Authorize(request, member)
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
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		require.NoError(t, json.Unmarshal(raw, &got), got.raw)
	}
	return got
}

func (a answer) activity(t *testing.T) activityrest.Activity {
	return data[activityrest.Activity](t, a)
}

func (a answer) page(t *testing.T) activityrest.ActivityScrollPage {
	return data[activityrest.ActivityScrollPage](t, a)
}

func data[T any](t *testing.T, a answer) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.Data, &value), a.raw)
	return value
}

// requireOK wants a success with the contract's status number.
func (a answer) requireOK(t *testing.T, status int) answer {
	t.Helper()
	require.Equal(t, status, a.Status, a.raw)
	require.Equal(t, status, a.http, a.raw)
	return a
}

// requireCode wants a failure; fields are those of a VALIDATION_FAILED.
func (a answer) requireCode(t *testing.T, status int, code string, fields ...string) {
	t.Helper()
	require.Equal(t, code, a.Code, a.raw)
	require.Equal(t, status, a.http, a.raw)
	var broken []string
	for _, e := range a.Errors {
		broken = append(broken, e.Field)
	}
	require.Equal(t, fields, broken, a.raw)
}

// apply hands events to the service by HTTP, the way without Kafka.
func (f *fleet) apply(t *testing.T, events ...*activityrecord.Event) {
	t.Helper()
	for len(events) > 0 {
		part := events[:min(len(events), 100)]
		events = events[len(part):]
		texts := make([]string, len(part))
		for i, e := range part {
			value, err := proto.Marshal(e)
			require.NoError(t, err)
			texts[i] = base64.StdEncoding.EncodeToString(value)
		}
		body, err := json.Marshal(activityrest.RecordEventsRequest{Events: texts})
		require.NoError(t, err)
		got := f.as(t, 0, "POST", "/internal/activities", string(body), "X-Internal-Token", authtest.InternalToken).requireOK(t, 200)
		require.Empty(t, data[activityrest.RecordedEvents](t, got).Refused)
	}
}

// produce writes events to Kafka as their writers do.
func (f *fleet) produce(t *testing.T, events ...*activityrecord.Event) {
	t.Helper()
	records := make([]kafka.Record, len(events))
	for i, e := range events {
		records[i] = f.record(t, e)
	}
	f.send(t, records...)
}

func (f *fleet) record(t *testing.T, e *activityrecord.Event) kafka.Record {
	t.Helper()
	encoded, err := activityrecord.Encode(e, activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: f.cfg.TopicPrefix})
	require.NoError(t, err)
	record := kafka.Record{
		Topic: encoded.Topic, PartitionKey: activityrecord.PartitionKey(encoded.PartitionID),
		Key: []byte(encoded.Key), Value: encoded.Value,
	}
	for _, h := range encoded.Headers {
		record.Headers = append(record.Headers, kafka.Header{Key: h.Key, Value: []byte(h.Value)})
	}
	return record
}

func (f *fleet) send(t *testing.T, records ...kafka.Record) {
	t.Helper()
	if f.producer == nil {
		producer, err := kafka.NewProducer(kafka.ProducerConfig{
			Bootstrap: strings.Join(f.cfg.KafkaBootstrapServers, ","), ClientID: "test", Topics: kafka.TopicSpec{Partitions: 2},
		})
		require.NoError(t, err)
		t.Cleanup(producer.Close)
		f.producer = producer
	}
	for _, err := range f.producer.Produce(t.Context(), records) {
		require.NoError(t, err)
	}
}

// mine are the caller's own activities as "TYPE post/comment".
func (f *fleet) mine(t *testing.T, member int64) []string {
	t.Helper()
	return told(f.as(t, member, "GET", "/api/member-activities?size=100", "").requireOK(t, 200).page(t))
}

// banner is what those that the caller follows have done.
func (f *fleet) banner(t *testing.T, member int64) []string {
	t.Helper()
	return told(f.as(t, member, "GET", "/api/member-activities/followings?size=100", "").requireOK(t, 200).page(t))
}

func told(page activityrest.ActivityScrollPage) []string {
	lines := []string{}
	for _, a := range page.Content {
		line := string(a.MemberActivityType)
		for _, id := range []*int64{a.PostID, a.CommentID, a.TargetMemberID} {
			if id != nil {
				line += " " + strconv.FormatInt(*id, 10)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func (f *fleet) unread(t *testing.T, member int64) int64 {
	t.Helper()
	return data[activityrest.UnreadCount](t, f.as(t, member, "GET", "/api/member-activities/followings/unread-count", "").requireOK(t, 200)).Count
}
