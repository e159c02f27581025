package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// activityStub keeps the types of the events that it is given, while it is up.
type activityStub struct {
	mu    sync.Mutex
	up    bool
	types []string
}

func (a *activityStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case !a.up:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/healthcheck/ready":
		fmt.Fprint(w, "OK")
	case r.URL.Path != "/internal/activities" || r.Header.Get("X-Internal-Token") != authtest.InternalToken:
		w.WriteHeader(http.StatusNotFound)
	default:
		var request activityrest.RecordEventsRequest
		_ = json.NewDecoder(r.Body).Decode(&request)
		for _, text := range request.Events {
			value, _ := base64.StdEncoding.DecodeString(text)
			if event, err := activityrecord.Decode(value); err == nil {
				a.types = append(a.types, activityrecord.TypeName(event.GetType()))
			}
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"status":200,"result":"SUCCESS","data":{"refused":[]}}`)
	}
}

func (a *activityStub) setUp(up bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.up = up
}

func (a *activityStub) got() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.types...)
}

// spec 09: "a switch that replaces Kafka by calls, with the same dead-letter guarantee"
func TestWithPublishTypeHTTPEventsWaitInTheTableUntilActivityHasThem(t *testing.T) {
	t.Parallel()
	stub := new(activityStub)
	server := httptest.NewServer(stub)
	t.Cleanup(server.Close)
	at, err := serviceclient.ParseAddresses(server.URL)
	require.NoError(t, err)
	f := start(t, func(cfg *config.Config) { cfg.PublishType, cfg.ActivityURL = "HTTP", at })
	require.Nil(t, f.service.producer, "nothing goes to Kafka")
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).requireOK(t, 201).post(t).ID
	f.as(t, 7, "PUT", path("/api/posts/", post), `{"content":"b"}`).requireOK(t, 200)
	counts, err := f.service.deadLetters.Count(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, counts.Waiting+counts.Leased, "activity's state decides no answer")

	stub.setUp(true)
	require.Eventually(t, func() bool {
		counts, err := f.service.deadLetters.Count(t.Context())
		return err == nil && counts.Waiting+counts.Leased+counts.Parked == 0
	}, 60*time.Second, 20*time.Millisecond)
	require.Equal(t, []string{"POST_CREATE", "POST_UPDATE"}, stub.got())
}

func TestPublishTypeIsCheckedAtTheStart(t *testing.T) {
	t.Parallel()
	environ := process.Environ{"MYSQL_DSN=u:p@tcp(127.0.0.1:1)/d", "REDIS_ADDR=127.0.0.1:1", "MEMBER_URL=http://member"}
	for setting, fault := range map[string]string{
		"PUBLISH_TYPE=":      "KAFKA_BOOTSTRAP_SERVERS: required",
		"PUBLISH_TYPE=HTTP":  "ACTIVITY_URL: required",
		"PUBLISH_TYPE=smoke": "PUBLISH_TYPE: must be",
	} {
		_, err := process.Load[config.Config](append(environ, setting))
		require.ErrorContains(t, err, fault)
	}
	cfg, err := process.Load[config.Config](append(environ, "PUBLISH_TYPE=HTTP", "ACTIVITY_URL=http://activity"))
	require.NoError(t, err, "Kafka is not needed then")
	s, err := wire(cfg)
	require.NoError(t, err)
	require.Nil(t, s.reads)
	s.close()
}
