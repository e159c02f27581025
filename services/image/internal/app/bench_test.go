package app

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// BenchmarkViewAgainstFileServer serves the same picture from the same volume
// by view and by http.FileServer, in turns, and prints the ratios of requests a
// second, and of requests a second of processor time. It decides nothing.
func BenchmarkViewAgainstFileServer(b *testing.B) {
	logger := slog.Default()
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(b, err)
	defer func() { _ = nowhere.Close() }()                    // nothing is kept of it
	quiet, err := process.NewLogger(nowhere, "image", "info") // lines are made and written as ever, to nobody
	require.NoError(b, err)
	slog.SetDefault(quiet)
	defer slog.SetDefault(logger)
	service, folder := openQuietly(b)
	id, err := service.album.Upload(b.Context(), 7, func() ([]byte, error) { return camera(b), nil })
	require.NoError(b, err)
	ours := httptest.NewServer(service.server)
	defer ours.Close()
	plain := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer plain.Close()
	const pairs, requests = 15, 1500
	viewing, serving := ours.URL+"/api/images/view/"+string(id), plain.URL+"/pictures/"+string(id)+"/full"
	fetch(b, viewing, requests/10)
	fetch(b, serving, requests/10)
	var wall, processor []float64
	for b.Loop() {
		for range pairs {
			view, files := fetch(b, viewing, requests), fetch(b, serving, requests)
			wall = append(wall, files.wall.Seconds()/view.wall.Seconds())
			processor = append(processor, files.processor.Seconds()/view.processor.Seconds())
		}
	}
	for name, ratios := range map[string][]float64{"wall": wall, "cpu": processor} {
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], name+"-median")
		b.ReportMetric(ratios[len(ratios)/4], name+"-quarter")
		b.ReportMetric(ratios[len(ratios)*3/4], name+"-3quarters")
	}
}

// openQuietly is image without the check of every answer against the contract.
func openQuietly(b *testing.B) (*service, string) {
	b.Helper()
	folder, cache, issuer := b.TempDir(), testenv.Redis(b), authtest.NewIssuer(b)
	cfg, err := process.Load[config.Config](process.Environ{
		"IMAGE_BUCKET=file://" + folder, "REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB), "MEMBER_URL=" + issuer.URL,
	})
	require.NoError(b, err)
	s, err := wire(b.Context(), cfg)
	require.NoError(b, err)
	b.Cleanup(s.close)
	return s, folder
}

// spent is what requests took of the clock, and of this process's processors:
// client and server.
type spent struct{ wall, processor time.Duration }

// fetch makes that many requests, one after the other.
func fetch(b *testing.B, url string, requests int) spent {
	b.Helper()
	begun, used := time.Now(), processorTime(b)
	for range requests {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		require.NoError(b, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(b, err)
		require.NoError(b, response.Body.Close())
		if response.StatusCode != http.StatusOK {
			b.Fatal(fmt.Errorf("%s: %s", url, response.Status)) //nolint:err113 // a benchmark's
		}
	}
	return spent{time.Since(begun), processorTime(b) - used}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
