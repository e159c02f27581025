package httpserver_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func TestRawServesBytesWithRangesAndConditions(t *testing.T) {
	t.Parallel()
	picture := bytes.Repeat([]byte("0123456789"), 30_000)
	f, _ := running(t, nil, func(f *fixture) {
		f.Public().GET("/api/image", f.Raw(func(c *gin.Context) error {
			c.Header("Content-Type", "image/png")
			c.Header("ETag", `"v1"`)
			c.Header("Cache-Control", "public, max-age=31536000, immutable")
			http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(picture))
			return nil
		}))
	})
	got := f.send(t, "GET", "/api/image", "")
	require.Equal(t, string(picture), got.body)
	require.Equal(t, []string{"public, max-age=31536000, immutable"}, got.header["Cache-Control"])
	require.Equal(t, fmt.Sprint(len(picture)), f.send(t, "HEAD", "/api/image", "").header.Get("Content-Length"))
	got = f.send(t, "GET", "/api/image", "", header("Range", "bytes=10-19"))
	require.Equal(t, 206, got.status)
	require.Equal(t, "0123456789", got.body)
	require.Equal(t, 304, f.send(t, "GET", "/api/image", "", header("If-None-Match", `"v1"`)).status)
}

func TestRawServesAFileAndItsPartsAndSaysHowManyBytes(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789", 70_000) // several times what has a time limit of its own
	path := filepath.Join(t.TempDir(), "picture")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	sizes := make(chan int, 2)
	f, _ := running(t, nil, func(f *fixture) {
		f.Public().GET("/api/file", f.Raw(func(c *gin.Context) error {
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			c.Header("Content-Type", "image/png")
			http.ServeContent(c.Writer, c.Request, "", time.Time{}, file)
			sizes <- c.Writer.Size()
			return nil
		}))
	})
	require.Equal(t, content, f.send(t, "GET", "/api/file", "").body)
	require.Equal(t, len(content), <-sizes)
	got := f.send(t, "GET", "/api/file", "", header("Range", "bytes=5-600004"))
	require.Equal(t, 206, got.status)
	require.Equal(t, content[5:600_005], got.body)
	require.Equal(t, 600_000, <-sizes)
}

func TestRawHasNoDeadline(t *testing.T) {
	t.Parallel()
	f, _ := running(t, func(c *httpserver.Config) { c.Deadline = 10 * time.Millisecond }, func(f *fixture) {
		f.Authenticated().GET("/api/raw", f.Raw(func(c *gin.Context) error {
			_, timed := c.Request.Context().Deadline()
			c.String(http.StatusOK, "%t %d", timed, caller(c.Request.Context()))
			return nil
		}))
	})
	require.Equal(t, "false 7", f.send(t, "GET", "/api/raw", "", as("7")).body)
}

func TestPublicBytesHaveNoDeadlineAndEndWithTheirClient(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan bool, 1), make(chan error, 1)
	f, _ := running(t, func(c *httpserver.Config) { c.Deadline = 10 * time.Millisecond }, func(f *fixture) {
		f.PublicBytes().GET("/api/raw", f.Raw(func(c *gin.Context) error {
			_, timed := c.Request.Context().Deadline()
			begun <- timed
			<-c.Request.Context().Done()
			ended <- c.Request.Context().Err()
			return c.Request.Context().Err()
		}))
	})
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := f.try(ctx, "GET", "/api/raw", "")
		left <- err
	}()
	require.False(t, <-begun)
	leave()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.ErrorIs(t, <-left, context.Canceled)
}

func TestPublicBytesCountAmongTheRequestsInFlight(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	f, _ := running(t, func(c *httpserver.Config) { c.MaxInFlight = 1 }, func(f *fixture) {
		f.PublicBytes().GET("/api/raw", f.Raw(func(c *gin.Context) error {
			begun <- struct{}{}
			<-goOn
			c.String(http.StatusOK, "bytes")
			return nil
		}))
	})
	first := make(chan answer, 1)
	go func() {
		got, _ := f.try(t.Context(), "GET", "/api/raw", "") // its answer says how it went
		first <- got
	}()
	<-begun
	require.Equal(t, 503, f.send(t, "GET", "/api/raw", "").status)
	close(goOn)
	require.Equal(t, "bytes", (<-first).body)
}

// events is a stream that says hello and ends with its context.
func events(f *fixture) (ended chan struct{}) {
	ended = make(chan struct{}, 10)
	f.Authenticated().GET("/api/stream", f.Stream(func(c *gin.Context) error {
		defer func() { ended <- struct{}{} }()
		c.Header("Content-Type", "text/event-stream")
		c.SSEvent("hello", "there")
		c.Writer.Flush()
		<-c.Request.Context().Done()
		return nil
	}))
	return ended
}

func listenToEvents(ctx context.Context, t *testing.T, f *fixture) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+"/api/stream", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer 7")
	response, err := f.client.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "event:hello\n", line)
	return response
}

func TestStreamsEndWithTheirClientAndAreNotCountedInFlight(t *testing.T) {
	t.Parallel()
	var ended chan struct{}
	f, _ := running(t, func(c *httpserver.Config) { c.MaxInFlight = 1; c.Deadline = 10 * time.Millisecond }, func(f *fixture) {
		ended = events(f)
		shop(f)
	})
	ctx, leave := context.WithCancel(t.Context())
	for range 3 {
		listenToEvents(ctx, t, f)
	}
	require.Equal(t, 200, f.send(t, "GET", "/api/posts", "", as("7")).status)
	leave()
	for range 3 {
		<-ended
	}
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	var ended chan struct{}
	f, r := running(t, nil, func(f *fixture) { ended = events(f) })
	response := listenToEvents(t.Context(), t, f)
	r.stop()
	<-ended
	require.NoError(t, r.awaitEnd(t))
	var rest strings.Builder
	_, err := bufio.NewReader(response.Body).WriteTo(&rest)
	require.NoError(t, err, "ended, not cut")
}
