package app

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
)

// The race detector takes memory and time that are not ours, so that these
// measure the program itself.
func TestInAProcessOfItsOwn(t *testing.T) { //nolint:tparallel // one after the other: they measure
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "image")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/image").CombinedOutput()
	require.NoError(t, err, string(out))
	t.Run("50 uploads of 12 megapixels at once", func(t *testing.T) { upload50(t, binary) })
	t.Run("the whole corpus", func(t *testing.T) { uploadCorpus(t, binary) })
}

// upload50 holds that nobody is refused who might have been served: a refusal
// comes after all the time that the deadline leaves for waiting.
func upload50(t *testing.T, binary string) {
	s := open(t, unlimited...)
	server, data := s.spawn(t, binary), camera(t)
	idle := server.status(t, "VmRSS")
	var uploads sync.WaitGroup
	for i := range 50 {
		s.signIn(t, int64(i+1))
	}
	begun := time.Now()
	answers, took := make([]answer, 50), make([]time.Duration, 50)
	for i := range answers {
		uploads.Go(func() {
			at := time.Now()
			answers[i] = s.upload(t, int64(i+1), "/api/images/upload", "image", "a.jpg", data)
			took[i] = time.Since(at)
		})
	}
	uploads.Wait()
	peak, refused := server.status(t, "VmHWM"), 0
	t.Logf("%d uploads of %.1f MB: %v, %d MB at most, %d MB idle", len(answers), float64(len(data))/1e6, time.Since(begun), peak/1e6, idle/1e6)
	for i, got := range answers {
		if got.status == http.StatusOK {
			continue
		}
		refused++
		least := roomWait
		if got.status == http.StatusGatewayTimeout { // it waited, and then its work took too long
			least = deadline
		} else {
			require.Equal(t, http.StatusTooManyRequests, got.status, got.body)
			require.NotEmpty(t, got.header.Get("Retry-After"))
		}
		require.GreaterOrEqual(t, took[i], least, "refused too early")
	}
	t.Logf("%d refused", refused)
	require.Less(t, refused, len(answers))
	require.Less(t, peak, 400_000_000)
}

// uploadCorpus uploads every item, holds its answer and its memory, and views a
// picture all the while.
func uploadCorpus(t *testing.T, binary string) {
	s := open(t, unlimited...)
	server := s.spawn(t, binary)
	id := s.keep(t, 7)
	done := make(chan struct{})
	var viewing sync.WaitGroup
	views, failed := 0, 0
	viewing.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			views++
			if s.view(t.Context(), id) != http.StatusOK {
				failed++
			}
		}
	})
	stop := sync.OnceFunc(func() { close(done); viewing.Wait() })
	defer stop()
	idle := server.status(t, "VmRSS")
	const mostAboveIdle = 100_000_000
	for _, item := range append(corpus.Heavy(), corpus.All()...) {
		server.forgetPeak(t)
		begun := time.Now()
		got := s.upload(t, 7, "/api/images/upload", "image", "a", item.Data)
		peak := server.status(t, "VmHWM") - idle
		if peak > mostAboveIdle/2 || time.Since(begun) > time.Second {
			t.Logf("%s: %d MB above idle, %v", item.Name, peak/1e6, time.Since(begun).Round(time.Millisecond))
		}
		if got.status == http.StatusTooManyRequests || got.status == http.StatusGatewayTimeout {
			t.Logf("%s: %d after %v", item.Name, got.status, time.Since(begun)) // the machine is busy; memory counts all the same
		} else if item.Code != corpus.Cut {
			require.Equal(t, item.Code, got.Code, "%s: %s: %s", item.Name, item.Why, got.body)
		}
		require.Less(t, peak, mostAboveIdle, item.Name)
	}
	stop()
	t.Logf("%d views meanwhile", views)
	require.Zero(t, failed)
}

// view is the status of a view, 0 of none.
func (s *studio) view(ctx context.Context, id string) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/images/view/"+id, nil)
	if err != nil {
		return 0
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0
	}
	return response.StatusCode
}

// forgetPeak begins a new measurement of the highest memory.
func (c *child) forgetPeak(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile("/proc/"+strconv.Itoa(c.Process.Pid)+"/clear_refs", []byte("5"), 0))
}
