// Package leak finds what a service leaves behind when it ends.
package leak

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

const (
	readyWithin = time.Minute
	endsWithin  = time.Minute
	askEvery    = 20 * time.Millisecond
)

// RequireNone runs a service on a free port until it says that it is ready, lets use
// use it, ends it, and fails where it fails or a goroutine is left. What runs
// before counts for nothing, so what tests share has to run by then; and no
// other test may run beside it: it is for tests that are not parallel.
func RequireNone(t *testing.T, serve func(ctx context.Context, port int) error, use func(url string)) {
	t.Helper()
	port, err := server.FreePort()
	require.NoError(t, err)
	before := goleak.IgnoreCurrent()
	url := "http://127.0.0.1:" + strconv.Itoa(port)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, port) }()
	asker := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: readyWithin}
	require.Eventually(t, func() bool { return isReady(t, asker, url) }, readyWithin, askEvery, "it is not ready")
	use(url)
	stop()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(endsWithin):
		require.FailNow(t, "it does not end")
	}
	http.DefaultClient.CloseIdleConnections() //nolint:forbidigo // tests ask with it
	require.NoError(t, goleak.Find(before))
}

func isReady(t *testing.T, asker *http.Client, url string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/healthcheck/ready", http.NoBody)
	require.NoError(t, err)
	response, err := asker.Do(r)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}
