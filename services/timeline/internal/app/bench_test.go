package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/memberapi/membertest"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// BenchmarkT1Warm is a warm home page, the first and one behind the stored feed,
// without the network of HTTP, but with its access line and a real Redis: what the
// service adds to gin and go-redis.
func BenchmarkT1Warm(b *testing.B) {
	f := &fleet{Tables: contenttest.New(b), member: membertest.Start(b)}
	f.cfg = f.settings(b)
	s, err := wire(f.cfg)
	require.NoError(b, err)
	b.Cleanup(s.close)
	f.service = s
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(b, err)
	logger, err := process.NewLogger(null, "timeline", "info")
	require.NoError(b, err)
	before := slog.Default()
	slog.SetDefault(logger)
	b.Cleanup(func() { slog.SetDefault(before) })

	var targets []int64
	var posts []contenttest.Post
	for id := range int64(100) {
		targets = append(targets, 100+id)
	}
	for id := range int64(1200) {
		posts = append(posts, contenttest.Post{ID: id + 1, Author: 100 + id%100, CreatedAt: minutes(int(id)), Content: "오늘은 한강에서 자전거를 탔다. 바람이 시원하고 하늘이 맑았다. "})
	}
	f.AddPosts(b, posts...)
	f.member.Join(targets...)
	f.setVersion(b, 1, f.member.Follow(1, targets...))
	const session = 77
	require.NoError(b, s.redis.Conn().Set(b.Context(), auth.SessionKey(session), auth.SessionLive, time.Hour).Err())
	serve := func(b *testing.B, request *http.Request) []byte {
		b.Helper()
		recorder := httptest.NewRecorder()
		s.server.ServeHTTP(recorder, request)
		require.Equal(b, http.StatusOK, recorder.Code)
		return recorder.Body.Bytes()
	}
	path := home
	for page := 1; page <= 50; page++ {
		request := httptest.NewRequest(http.MethodGet, "/api/timeline"+path, nil)
		f.member.Issuer.Authorize(request, 1, authtest.Session(session))
		text := serve(b, request)
		if page == 1 || page == 50 {
			b.Run("page "+strconv.Itoa(page), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					serve(b, request)
				}
			})
		}
		var answer struct {
			Data struct {
				NextCursor string `json:"nextCursor"`
			} `json:"data"`
		}
		require.NoError(b, json.Unmarshal(text, &answer))
		path = home + "?cursor=" + answer.Data.NextCursor
	}
}
