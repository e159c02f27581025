package app

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// environ is a whole environment in which nothing answers.
func environ(port int, more ...string) process.Environ {
	return append(process.Environ{
		"PORT=" + strconv.Itoa(port), "ADMIN_PORT=0", "SHUTDOWN_DELAY=10ms", "LOG_LEVEL=error",
		"MYSQL_DSN=u:p@tcp(127.0.0.1:1)/dailyfeed", "REDIS_ADDR=127.0.0.1:1", "MONGODB_URI=mongodb://127.0.0.1:1",
		"KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1", "MEMBER_URL=http://127.0.0.1:1", "INTERNAL_TOKEN=x",
		"CURSOR_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
	}, more...)
}

// A pod that is first waits for its stores, says that it is not ready, and ends
// when it is told to.
func TestServeStartsBeforeAnythingElseAndStopsInTime(t *testing.T) {
	t.Parallel()
	port := testenv.FreePort(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Commands()["serve"](ctx, environ(port), nil) }()
	answers := func(path string) int {
		response, err := http.Get("http://127.0.0.1:" + strconv.Itoa(port) + path)
		if err != nil {
			return 0
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	eventually(t, "it serves", func() bool { return answers("/healthcheck/live") == http.StatusOK })
	require.Equal(t, http.StatusOK, answers("/healthcheck/startup"))
	require.Equal(t, http.StatusServiceUnavailable, answers("/healthcheck/ready"))
	require.Equal(t, http.StatusOK, answers("/openapi.json"))
	require.Equal(t, http.StatusNotFound, answers("/metrics"), "not on the public port")
	stop()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(20 * time.Second):
		require.FailNow(t, "it does not stop")
	}
}

func TestSettingsAreRefusedTogether(t *testing.T) {
	t.Parallel()
	err := Commands()["serve"](t.Context(), environ(0, "CURSOR_KEY=short", "KAFKA_ACKS=0", "FEED_BUILDS=0", "DAILYFEED_TIME_ZONE=Mars"), nil)
	require.ErrorIs(t, err, process.ErrUsage)
	for _, name := range []string{"CURSOR_KEY", "KAFKA_ACKS", "FEED_BUILDS", "Mars"} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "short", "secrets are not told")
}
