package httpserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	first := g.post(t, `{"name":"kim"}`, key("k-1"))
	require.Equal(t, 201, first.status)
	require.False(t, replayed(first))
	for range 3 {
		again := g.post(t, `{"name":"kim"}`, key("k-1"))
		require.Equal(t, first.status, again.status)
		require.Equal(t, first.body, again.body, "to the byte")
		require.Equal(t, []string{"true"}, again.header["Idempotency-Replayed"])
		require.Equal(t, first.header["Content-Type"], again.header["Content-Type"])
	}
	require.Equal(t, []string{"kim"}, g.names(t))
	require.Equal(t, []string{"kim"}, g.hooks())
	require.Equal(t, true, g.log.lines(t, "request")[1]["replayed"])
}

func TestTheSameKeyWithAnotherBodyIs422(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	g.post(t, `{"name":"kim"}`, key("k-1"))
	for _, body := range []string{`{"name":"lee"}`, `{"name": "kim"}`, ""} {
		got := g.post(t, body, key("k-1"))
		require.Equal(t, 422, got.status)
		require.Equal(t, "IDEMPOTENCY_KEY_REUSED", got.code(t))
	}
	require.Equal(t, []string{"kim"}, g.names(t))
	require.True(t, replayed(g.post(t, `{"name":"kim"}`, key("k-1"))), "the first answer stands")
}

func TestAKeyIsOneMembersForOneMethodAndPath(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	const body = `{"name":"kim"}`
	g.post(t, body, key("k-1"))
	for _, c := range []struct {
		method, path, member, key string
	}{
		{"POST", "/api/names", "8", "k-1"},
		{"PUT", "/api/names", "7", "k-1"},
		{"POST", "/api/names/1", "7", "k-1"},
		{"POST", "/api/names/2", "7", "k-1"},
		{"POST", "/api/names", "7", "K-1"},
	} {
		require.False(t, replayed(g.send(t, c.method, c.path, body, as(c.member), key(c.key))), "%v", c)
		require.True(t, replayed(g.send(t, c.method, c.path, body, as(c.member), key(c.key))), "%v", c)
	}
	require.Len(t, g.names(t), 6)
	for _, path := range []string{"/api/names/", "/api/names?x=1", "/api/names/?"} {
		require.True(t, replayed(g.send(t, "POST", path, body, as("7"), key("k-1"))), path)
	}
}

func TestTheRequestIdServesAsAKeyForAMinute(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	id := header("X-Request-Id", "mesh-1")
	first := g.post(t, `{"name":"kim"}`, id)
	g.clock.advance(59 * time.Second)
	again := g.post(t, `{"name":"kim"}`, id)
	require.True(t, replayed(again))
	require.Equal(t, first.body, again.body)
	require.False(t, replayed(g.post(t, `{"name":"lee"}`, id)), "another body is another request")
	g.clock.advance(2 * time.Second)
	require.False(t, replayed(g.post(t, `{"name":"kim"}`, id)))
	require.Equal(t, []string{"kim", "lee", "kim"}, g.names(t))
	require.False(t, replayed(g.post(t, `{"name":"kim"}`, id, key("mesh-1"))), "a key is not an id")
}

func TestAnIdThatTheCallerDidNotChooseIsNoKey(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	for _, options := range [][]option{nil, {header("X-Request-Id", "not well formed")}} {
		g.post(t, `{"name":"kim"}`, options...)
		require.False(t, replayed(g.post(t, `{"name":"kim"}`, options...)))
	}
	require.Len(t, g.names(t), 4)
	require.Zero(t, g.answers(t))
}

func TestAKeyIsFreeAgainAfterADay(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	g.post(t, `{"name":"kim"}`, key("k-1"))
	g.clock.advance(24*time.Hour - time.Second)
	require.True(t, replayed(g.post(t, `{"name":"kim"}`, key("k-1"))))
	g.clock.advance(2 * time.Second)
	got := g.post(t, `{"name":"lee"}`, key("k-1"))
	require.Equal(t, 201, got.status)
	require.False(t, replayed(got))
	require.True(t, replayed(g.post(t, `{"name":"lee"}`, key("k-1"))))
}

func TestAKeyThatBreaksItsRuleIs400(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	for _, value := range []string{"", "a b", strings.Repeat("k", 201), "키", "k\t", "k\x7f"} {
		options := []option{func(r *http.Request) { r.Header["Idempotency-Key"] = []string{value} }}
		if strings.ContainsAny(value, "\x7f") { // Go's client refuses to send it
			continue
		}
		got := g.post(t, `{"name":"kim"}`, options...)
		if value == "k\t" { // white space around a value is not the value's
			require.Equal(t, 201, got.status)
			continue
		}
		require.Equal(t, 400, got.status, "%q", value)
		require.Equal(t, "VALIDATION_FAILED", got.code(t))
		require.Contains(t, got.body, `"field":"Idempotency-Key"`)
	}
	require.Equal(t, 400, g.post(t, `{"name":"kim"}`, key("a"), key("b")).status, "two keys")
	require.Equal(t, 201, g.post(t, `{"name":"lee"}`, key(strings.Repeat("k", 200))).status)
	require.Equal(t, 201, g.post(t, `{"name":"lee"}`, key("!~{}\"'\\;--")).status)
}

func TestWithoutAMemberTheBodyIsPartOfTheScope(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	signup := func(name string) answer {
		return g.send(t, "POST", "/api/signup", `{"name":"`+name+`"}`, key("k-1"))
	}
	require.False(t, replayed(signup("kim")))
	require.True(t, replayed(signup("kim")))
	got := signup("lee")
	require.Equal(t, 201, got.status, "somebody else who chose the same key")
	require.False(t, replayed(got))
	require.Equal(t, []string{"kim", "lee"}, g.names(t))
}

func TestRefusalsAreKeptAndFailuresAreNot(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	for failure, kept := range map[string]bool{"404": true, "403": true, "401": false, "429": false, "500": false, "503": false} {
		body := `{"name":"n` + failure + `","fail":"` + failure + `"}`
		first := g.post(t, body, key(failure), header("X-Request-Id", "r-1"))
		require.Equal(t, failure, fmt.Sprint(first.status))
		again := g.post(t, body, key(failure), header("X-Request-Id", "r-2"))
		require.Equal(t, failure, fmt.Sprint(again.status))
		require.Equal(t, kept, replayed(again), failure)
		require.Equal(t, kept, first.body == again.body, "kept with its requestId")
	}
	require.Empty(t, g.names(t), "what was added before the failure is undone")
	require.Empty(t, g.hooks())
	require.Equal(t, 2, g.answers(t))
	malformed := g.post(t, `{"name":1}`, key("m"))
	require.Equal(t, 400, malformed.status)
	require.True(t, replayed(g.post(t, `{"name":1}`, key("m"))))
	got := g.post(t, `{"name":"x","fail":"401"}`, key("401"))
	require.Equal(t, []string{"true"}, got.header["X-Relogin-Required"])
	require.Equal(t, 422, g.post(t, `{"name":"ok"}`, key("404")).status)
	require.Equal(t, 201, g.post(t, `{"name":"ok"}`, key("503")).status, "the key of a failure is free")
}

func TestPathsOfAnyLengthHaveTheirKeys(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	for _, id := range []string{strings.Repeat("9", 3000), "%FF%FE", "%00", strings.Repeat("%ED%95%9C", 254)} {
		for _, want := range []bool{false, true} {
			got := g.send(t, "POST", "/api/names/"+id, `{"name":"kim"}`, as("7"), key("k-1"))
			require.Equal(t, 201, got.status, got.body)
			require.Equal(t, want, replayed(got))
		}
	}
}
