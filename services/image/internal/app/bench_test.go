package app

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
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
// second. It decides nothing.
func BenchmarkViewAgainstFileServer(b *testing.B) {
	logger := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(io.Discard, nil))) // lines are made, and written nowhere
	defer slog.SetDefault(logger)
	service, folder := openQuietly(b)
	id, err := service.album.Upload(b.Context(), 7, func() ([]byte, error) { return camera(b), nil })
	require.NoError(b, err)
	ours := httptest.NewServer(service.server)
	defer ours.Close()
	plain := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer plain.Close()
	const pairs, requests = 9, 3000
	viewing, serving := ours.URL+"/api/images/view/"+string(id), plain.URL+"/pictures/"+string(id)+"/full"
	fetch(b, viewing, requests/10)
	fetch(b, serving, requests/10)
	var ratios []float64
	for b.Loop() {
		for range pairs {
			view, files := fetch(b, viewing, requests), fetch(b, serving, requests)
			ratios = append(ratios, files.Seconds()/view.Seconds())
		}
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio-median")
	b.ReportMetric(ratios[0], "ratio-least")
	b.ReportMetric(ratios[len(ratios)-1], "ratio-most")
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

// fetch is how long that many requests take, one after the other.
func fetch(b *testing.B, url string, requests int) time.Duration {
	b.Helper()
	begun := time.Now()
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
	return time.Since(begun)
}
