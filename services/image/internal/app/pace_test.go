package app

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/spool"
)

// slowly uploads on a connection of its own: the first bytes at once, and then
// a piece with every beat. It returns the answer, which may come before all is sent.
func (s *studio) slowly(t *testing.T, data []byte, atOnce, piece int, beat time.Duration) *http.Response {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("image", "a.png")
	require.NoError(t, err)
	_, err = part.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/images/upload", nil)
	require.NoError(t, err)
	s.issuer.Authorize(request, 7)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /api/images/upload HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		request.Header.Get("Authorization"), w.FormDataContentType(), form.Len(), form.Next(atOnce))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		ticks := time.NewTicker(beat)
		defer ticks.Stop()
		for form.Len() > 0 {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			if _, err := conn.Write(form.Next(piece)); err != nil {
				return
			}
		}
	}()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
	answer, err := http.ReadResponse(bufio.NewReader(conn), request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// openFor serves clients of a pace, on a socket.
func openFor(t *testing.T, pace spool.Pace) *studio {
	t.Helper()
	s := open(t)
	server, err := wireAt(t.Context(), s.cfg, pace)
	require.NoError(t, err)
	socket := httptest.NewServer(server.server)
	t.Cleanup(func() { socket.Close(); server.close() })
	s.url = socket.URL
	return s
}

func TestASlowClientHasTimeByWhatItSendsHoweverLongItTakes(t *testing.T) {
	t.Parallel()
	s := openFor(t, spool.Pace{Rate: 100, Grace: 300 * time.Millisecond, Silence: 20 * time.Second})
	begun := time.Now()
	got := s.slowly(t, photo(t, 60, 60), 100, 200, 100*time.Millisecond)
	require.Equal(t, 200, got.StatusCode)
	require.Greater(t, time.Since(begun), 300*time.Millisecond, "longer than what a client has that sends nothing")
}

func TestAClientThatIsTooSlowIsCutOff(t *testing.T) {
	t.Parallel()
	s := openFor(t, spool.Pace{Rate: 1_000_000, Grace: 300 * time.Millisecond, Silence: 20 * time.Second})
	got := s.slowly(t, photo(t, 300, 300), 100, 1, 10*time.Millisecond)
	require.Equal(t, http.StatusGatewayTimeout, got.StatusCode)
	require.True(t, got.Close, "what it still sends is nobody's")
	require.Empty(t, s.objects(t))
}

func TestAClientThatFallsSilentIsCutOff(t *testing.T) {
	t.Parallel()
	s := openFor(t, spool.Pace{Rate: 1, Grace: time.Hour, Silence: 300 * time.Millisecond})
	got := s.slowly(t, photo(t, 300, 300), 1000, 0, time.Minute)
	require.Equal(t, http.StatusGatewayTimeout, got.StatusCode)
	require.Equal(t, 200, s.upload(t, 8, "/api/images/upload", "image", "a.png", photo(t, 10, 10)).status, "others are served")
}
