package smoke_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/tools/feedtest"
	"github.com/dailyfeed/dailyfeed/tools/smoke"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAWorkingFleetPasses(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	var out bytes.Buffer
	require.NoError(t, smoke.Run(t.Context(), smoke.Config{Edge: feed.URL, Out: &out}))
	require.Equal(t, 21, strings.Count(out.String(), "ok  "), out.String())
	require.Contains(t, out.String(), "21 steps in")
}

func TestProjectionsMayBeALittleBehind(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	feed.Lag = 300 * time.Millisecond
	require.NoError(t, smoke.Run(t.Context(), smoke.Config{Edge: feed.URL, Out: &bytes.Buffer{}}))
}

func TestAProjectionThatIsTooLateFails(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	feed.Lag = time.Hour
	err := smoke.Run(t.Context(), smoke.Config{Edge: feed.URL, Out: &bytes.Buffer{}, SearchWithin: 100 * time.Millisecond})
	require.ErrorContains(t, err, "search finds the post: within 100ms: expected post")
}

func TestTheFirstFailureEndsTheStory(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	feed.Broken = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/like") {
			return false
		}
		feedtest.Refuse(w, r, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE")
		return true
	}
	var out bytes.Buffer
	err := smoke.Run(t.Context(), smoke.Config{Edge: feed.URL, Out: &out})
	require.ErrorContains(t, err, "the reader likes it, and sees that")
	require.ErrorContains(t, err, "SERVICE_UNAVAILABLE")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.True(t, strings.HasPrefix(lines[len(lines)-1], "FAIL"))
	require.Len(t, lines, 9)
}
