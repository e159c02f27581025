package httpserver_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

type post struct {
	ID     int64          `json:"id"`
	Title  *string        `json:"title"`
	Tags   []string       `json:"tags"`
	Counts map[string]int `json:"counts"`
}

func replying(reply httpserver.Reply, err error) httpserver.Handler {
	return func(*gin.Context) (httpserver.Reply, error) { return reply, err }
}

func TestSuccessEnvelopes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reply  httpserver.Reply
		status int
	}{
		"ok":             {httpserver.OK(post{ID: 1<<53 - 1, Counts: map[string]int{"b": 2, "a": 1}}), 200},
		"created":        {httpserver.Created("제목 <b>&</b> \u2028 👋"), 201},
		"deleted":        {httpserver.Deleted(true), 200},
		"null":           {httpserver.OK(nil), 200},
		"empty_list":     {httpserver.OK([]post(nil)), 200},
		"status_not_set": {httpserver.Reply{Data: 1}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, func(f *fixture) {
				f.Public().GET("/api/x", f.Read(replying(c.reply, nil)))
				f.Public().POST("/api/x", f.Write(replying(c.reply, nil)))
				f.Public().PUT("/api/x", f.Action(replying(c.reply, nil)))
			})
			for _, method := range []string{"GET", "POST", "PUT"} {
				got := f.send(t, method, "/api/x", "")
				require.Equal(t, c.status, got.status)
				require.Equal(t, []string{"application/json"}, got.header["Content-Type"])
				golden(t, "success_"+name, []byte(got.body))
			}
		})
	}
}

func TestFailureEnvelopes(t *testing.T) {
	t.Parallel()
	notFound := apierr.Define("POST_NOT_FOUND", apierr.NotFound, "게시글을 찾을 수 없습니다", "The post does not exist")
	var v apierr.Violations
	v.Text("content", "", apierr.TextRule{Required: true})
	v.Text("title", "too long", apierr.TextRule{Max: 3})
	for name, c := range map[string]struct {
		err      error
		language string
		status   int
	}{
		"not_found":          {notFound.Wrap(errors.New("no row")), "", 404},
		"not_found_english":  {fmt.Errorf("find: %w", notFound.New()), "en", 404},
		"validation":         {v.Err(), "", 400},
		"validation_english": {v.Err(), "en-US,en;q=0.9", 400},
		"internal":           {errors.New("SELECT * FROM secrets"), "en", 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, func(f *fixture) {
				f.Public().GET("/api/posts/:id", f.Read(replying(httpserver.Reply{}, c.err)))
				f.Public().POST("/api/posts/:id", f.Write(replying(httpserver.Reply{}, c.err)))
			})
			for _, method := range []string{"GET", "POST"} {
				got := f.send(t, method, "/api/posts/7?cursor=secret", "", header("X-Request-Id", "r-1"), header("Accept-Language", c.language))
				require.Equal(t, c.status, got.status)
				require.Equal(t, []string{"application/json"}, got.header["Content-Type"])
				golden(t, "failure_"+name, []byte(got.body))
			}
		})
	}
}

func TestEachKindHasItsStatus(t *testing.T) {
	t.Parallel()
	for kind, want := range map[apierr.Kind]int{
		apierr.Internal: 500, apierr.Invalid: 400, apierr.Unauthenticated: 401, apierr.Forbidden: 403,
		apierr.NotFound: 404, apierr.MethodNotAllowed: 405, apierr.InProgress: 409, apierr.TooLarge: 413,
		apierr.UnsupportedMedia: 415, apierr.KeyReused: 422, apierr.TooMany: 429, apierr.Unavailable: 503,
		apierr.DeadlineExceeded: 504, apierr.Kind(200): 500,
	} {
		f := newFixture(t, nil, func(f *fixture) {
			f.Public().GET("/api/x", f.Read(replying(httpserver.Reply{}, apierr.Define("SOME_CODE", kind, "한국어", "English").New())))
		})
		got := f.send(t, "GET", "/api/x", "")
		require.Equal(t, want, got.status, kind)
		require.Contains(t, got.body, fmt.Sprintf(`"statusCode":%d`, want))
		require.Equal(t, "SOME_CODE", got.code(t))
		require.Equal(t, want == 429 || want == 503, got.header.Get("Retry-After") != "", "Retry-After of %d", want)
	}
}

func TestRetryAfterIsRoundedUpToSeconds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().GET("/api/x", f.Read(replying(httpserver.Reply{}, apierr.CodeTooManyRequests.New().WithRetryAfter(1_200_000_000))))
	})
	require.Equal(t, []string{"2"}, f.send(t, "GET", "/api/x", "").header["Retry-After"])
}

func TestMessagesAreKoreanUnlessEnglishIsPreferred(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, nil)
	english, korean := apierr.CodeNotFound.Message(true), apierr.CodeNotFound.Message(false)
	for languages, want := range map[string]string{
		"":                        korean,
		"ko":                      korean,
		"ko-KR,ko;q=0.9,en;q=0.8": korean,
		"en":                      english,
		"en-GB":                   english,
		"en-US,en;q=0.9,ko;q=0.8": english,
		"ko;q=0.3, en;q=0.7":      english,
		"fr, en;q=0.5":            english,
		"fr":                      korean,
		"*":                       korean,
		"en;q=0":                  korean,
		"not a language;;;q=x":    korean,
	} {
		options := []option{}
		if languages != "" {
			options = append(options, header("Accept-Language", languages))
		}
		require.Contains(t, f.send(t, "GET", "/api/none", "", options...).body, want, languages)
	}
}

func TestAnAnswerThatDoesNotEncodeIsInternal(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Authenticated().GET("/api/x", f.Read(replying(httpserver.OK(func() {}), nil)))
	})
	got := f.send(t, http.MethodGet, "/api/x", "", as("7"))
	require.Equal(t, 500, got.status)
	require.Equal(t, "INTERNAL", got.code(t))
	require.NotContains(t, got.header, "X-Token-Refresh-Needed")
}

func TestAnAnswerThatWasEncodedByItsHandlerIsSentAsItIs(t *testing.T) {
	t.Parallel()
	reply := httpserver.EndOK(append(httpserver.BeginOK(nil), `{"한":"글"}`...))
	f := newFixture(t, nil, func(f *fixture) { f.Public().GET("/api/x", f.Read(replying(reply, nil))) })
	got := f.send(t, http.MethodGet, "/api/x", "")
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, `{"status":200,"result":"SUCCESS","data":{"한":"글"}}`, got.body)
}

func TestALongAnswerSaysHowLongItIsAndWhenItWasSent(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("길다", 10_000)
	sent := make(chan int, 1)
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().GET("/api/x", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
			reply := httpserver.EndOK(append(httpserver.BeginOK(nil), `"`+text+`"`...))
			reply.Sent = func() { sent <- c.Writer.Size() }
			return reply, nil
		}))
	})
	got := f.send(t, "GET", "/api/x", "")
	require.Equal(t, `{"status":200,"result":"SUCCESS","data":"`+text+`"}`, got.body)
	require.Equal(t, []string{strconv.Itoa(len(got.body))}, got.header["Content-Length"])
	require.Equal(t, len(got.body), <-sent, "after all of it was written")
}
