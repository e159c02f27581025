package app

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// The switch of spec 09: calls to activity in the place of Kafka.
func TestWithPublishTypeHTTPEventsWaitInTheTableUntilActivityHasThem(t *testing.T) {
	t.Parallel()
	var up atomic.Bool
	var calls atomic.Int64
	activity := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !up.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/internal/activities":
			calls.Add(1)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"status":200,"result":"SUCCESS","data":{"refused":[]}}`))
		}
	}))
	t.Cleanup(activity.Close)
	at, err := serviceclient.ParseAddresses(activity.URL)
	require.NoError(t, err)
	f := start(t, func(cfg *config.Config) {
		cfg.PublishType, cfg.ActivityURL, cfg.DrainInterval = "HTTP", at, 50*time.Millisecond
	})
	require.Nil(t, f.service.producer, "nothing goes to Kafka")
	f.signUp(t)
	const rows = "SELECT COUNT(*) FROM member_publisher_dead_letters"
	require.Positive(t, f.count(t, rows), "activity's state decides no answer")
	up.Store(true)
	require.Eventually(t, func() bool { return f.count(t, rows) == 0 }, 60*time.Second, 20*time.Millisecond)
	require.Positive(t, calls.Load())
}

func TestPublishTypeIsCheckedAtTheStart(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	cfg.PublishType = "smoke"
	require.ErrorContains(t, cfg.Check(), "PUBLISH_TYPE")
	cfg.PublishType, cfg.ActivityURL = "HTTP", serviceclient.Addresses{}
	require.ErrorContains(t, cfg.Check(), "ACTIVITY_URL: required")
	cfg.PublishType, cfg.KafkaBootstrapServers = "KAFKA", nil
	require.ErrorContains(t, cfg.Check(), "KAFKA_BOOTSTRAP_SERVERS: required")
}
