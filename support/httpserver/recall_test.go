package httpserver_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func (g *guestbook) leave(t *testing.T, who, body string, options ...option) answer {
	t.Helper()
	return g.send(t, http.MethodPost, "/api/leave", body, append([]option{as(who)}, options...)...)
}

func requireRevoked(t *testing.T, got answer) {
	t.Helper()
	require.Equal(t, 401, got.status, got.body)
	require.Equal(t, "TOKEN_REVOKED", got.code(t))
	require.Equal(t, []string{"true"}, got.header["X-Relogin-Required"])
	require.False(t, replayed(got))
	require.Empty(t, got.header["X-Again"])
}

func TestARepeatOfWhatRevokedItsTokenGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	for _, by := range []option{key("k-1"), header("X-Request-Id", "mesh-1")} {
		g := newGuestbook(t, nil)
		first := g.leave(t, "7", `{"name":"kim"}`, by)
		require.Equal(t, 201, first.status, first.body)
		require.Empty(t, first.header["X-Again"])
		for range 2 {
			again := g.leave(t, "revoked-7", `{"name":"kim"}`, by)
			require.Equal(t, 201, again.status)
			require.Equal(t, first.body, again.body, "to the byte")
			require.True(t, replayed(again))
			require.Equal(t, []string{"true"}, again.header["X-Again"], "the headers that a repeat has to have")
		}
		require.Equal(t, []string{"kim"}, g.names(t))
	}
}

func TestARevokedTokenDoesNothingNew(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	const body = `{"name":"kim"}`
	requireRevoked(t, g.leave(t, "revoked-7", body))
	requireRevoked(t, g.leave(t, "revoked-7", body, key("k-1")))
	require.Equal(t, 201, g.leave(t, "7", body, key("k-1")).status, "it has not claimed the key")
	for name, got := range map[string]answer{
		"another key":           g.leave(t, "revoked-7", body, key("k-2")),
		"another body":          g.leave(t, "revoked-7", `{"name":"lee"}`, key("k-1")),
		"another member":        g.leave(t, "revoked-8", body, key("k-1")),
		"a key that is no key":  g.leave(t, "revoked-7", body, key("k 1")),
		"a write like any else": g.send(t, http.MethodPost, "/api/names", body, as("revoked-7"), key("k-1")),
	} {
		t.Log(name)
		requireRevoked(t, got)
	}
	g.clock.advance(24*time.Hour + time.Second)
	requireRevoked(t, g.leave(t, "revoked-7", body, key("k-1")))
	require.Equal(t, []string{"kim"}, g.names(t))
}

func TestAKeptRefusalIsNotRepeatedToARevokedToken(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	require.Equal(t, 404, g.leave(t, "7", `{"name":"kim","fail":"404"}`, key("k-1")).status)
	requireRevoked(t, g.leave(t, "revoked-7", `{"name":"kim","fail":"404"}`, key("k-1")))
}

func TestARepeatOfARunningEndWaitsForIt(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	begun, release := make(chan struct{}), make(chan struct{})
	g.before = func(*gin.Context, string) error {
		close(begun)
		<-release
		return nil
	}
	first := make(chan answer, 1)
	go func() {
		got, _ := g.try(t.Context(), http.MethodPost, "/api/leave", `{"name":"kim"}`, as("7"), key("k-1"))
		first <- got
	}()
	<-begun
	second := make(chan answer, 1)
	go func() {
		got, _ := g.try(t.Context(), http.MethodPost, "/api/leave", `{"name":"kim"}`, as("revoked-7"), key("k-1"))
		second <- got
	}()
	testenv.AwaitLockWait(t, g.pool.SQL())
	close(release)
	require.Equal(t, 201, (<-first).status)
	again := <-second
	require.Equal(t, 201, again.status, again.body)
	require.True(t, replayed(again))
}

func TestEndingNeedsABookThatRecalls(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, nil) // its book keeps nothing
	require.Panics(t, func() { f.Ending() })
	require.NotPanics(t, func() { f.Authenticated() })
}
