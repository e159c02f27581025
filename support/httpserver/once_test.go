package httpserver_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
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

func TestFiftyAtOnceHaveOneEffect(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, func(c *mysql.Config) { c.LockWait = 10 * time.Second })
	var group sync.WaitGroup
	answers := make([]answer, 50)
	start := make(chan struct{})
	for i := range answers {
		group.Go(func() {
			<-start
			got, err := g.try(t.Context(), "POST", "/api/names", `{"name":"kim"}`, as("7"), key("k-1"))
			if err != nil {
				t.Error(err)
			}
			answers[i] = got
		})
	}
	close(start)
	group.Wait()
	firsts := 0
	for _, got := range answers {
		require.Equal(t, 201, got.status)
		require.Equal(t, answers[0].body, got.body)
		if !replayed(got) {
			firsts++
		}
	}
	require.Equal(t, 1, firsts)
	require.Equal(t, []string{"kim"}, g.names(t))
	require.Equal(t, []string{"kim"}, g.hooks())
}

// holding makes the handler of kim wait.
func (g *guestbook) holding() (begun, release chan struct{}) {
	begun, release = make(chan struct{}, 1), make(chan struct{})
	g.before = func(c *gin.Context, name string) error {
		if name != "kim" {
			return nil
		}
		begun <- struct{}{}
		select {
		case <-release:
			return nil
		case <-c.Request.Context().Done():
			return c.Request.Context().Err()
		}
	}
	return begun, release
}

func TestARepeatWaitsForTheFirstAndThenIs409(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	begun, release := g.holding()
	first := make(chan answer, 1)
	go func() {
		got, err := g.try(t.Context(), "POST", "/api/names", `{"name":"kim"}`, as("7"), key("k-1"))
		if err != nil {
			t.Error(err)
		}
		first <- got
	}()
	<-begun
	start := time.Now()
	got := g.post(t, `{"name":"kim"}`, key("k-1"))
	require.Equal(t, 409, got.status)
	require.Equal(t, "REQUEST_IN_PROGRESS", got.code(t))
	require.GreaterOrEqual(t, time.Since(start), 900*time.Millisecond, "it has waited (the lock's time here: 1 s)")
	close(release)
	require.Equal(t, 201, (<-first).status)
	require.True(t, replayed(g.post(t, `{"name":"kim"}`, key("k-1"))))
	require.Equal(t, []string{"kim"}, g.names(t))
}

func TestARepeatThatWaitsGetsTheAnswerWhenItIsThere(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, func(c *mysql.Config) { c.LockWait = 9 * time.Second })
	begun, release := g.holding()
	answers := make(chan answer, 2)
	post := func() {
		got, err := g.try(t.Context(), "POST", "/api/names", `{"name":"kim"}`, as("7"), key("k-1"))
		if err != nil {
			t.Error(err)
		}
		answers <- got
	}
	go post()
	<-begun
	go post()
	g.awaitLockWait(t)
	close(release)
	one, two := <-answers, <-answers
	require.Equal(t, one.body, two.body)
	require.NotEqual(t, replayed(one), replayed(two))
	require.Equal(t, []string{"kim"}, g.names(t))
}

// The connection dies between the handler's work and the commit. The client
// sees 503 and repeats, and the repeat finds neither change nor answer.
func TestAConnectionThatDiesBeforeTheCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	killed := false
	g.before = func(c *gin.Context, _ string) error {
		if killed {
			return nil
		}
		killed = true
		ctx := c.Request.Context()
		var id int64
		if err := g.pool.DB(ctx).Raw("SELECT CONNECTION_ID()").Scan(&id).Error; err != nil {
			return err
		}
		return g.pool.DB(t.Context()).Exec(fmt.Sprint("KILL CONNECTION ", id)).Error
	}
	got := g.post(t, `{"name":"kim"}`, key("k-1"))
	require.Equal(t, 503, got.status)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	require.Empty(t, got.header["X-Added"], "no header of a change that was not made")
	require.Eventually(t, func() bool { return len(g.names(t)) == 0 && g.answers(t) == 0 }, 10*time.Second, 5*time.Millisecond)
	require.Empty(t, g.hooks())
	again := g.post(t, `{"name":"kim"}`, key("k-1"))
	require.Equal(t, 201, again.status)
	require.False(t, replayed(again))
	require.Equal(t, []string{"kim"}, g.names(t))
	require.Equal(t, []string{"kim"}, g.hooks())
}

func TestAClientThatLeavesBeforeTheCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	g.before = func(c *gin.Context, _ string) error {
		leave()
		<-c.Request.Context().Done()
		return nil // the handler does not notice
	}
	_, err := g.try(ctx, "POST", "/api/names", `{"name":"kim"}`, as("7"), key("k-1"))
	require.ErrorIs(t, err, context.Canceled)
	require.Eventually(t, func() bool { return len(g.log.lines(t, "request")) == 1 }, 10*time.Second, time.Millisecond)
	require.InDelta(t, 499, g.log.lines(t, "request")[0]["status"], 0)
	require.Empty(t, g.names(t))
	require.Zero(t, g.answers(t))
	require.Empty(t, g.hooks())
}

func TestAPanicInAWriteLeavesNothing(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	g.before = func(*gin.Context, string) error { panic("late") } //nolint:forbidigo // what the test is about
	for _, options := range [][]option{{key("k-1")}, nil} {
		got := g.post(t, `{"name":"kim"}`, options...)
		require.Equal(t, 500, got.status)
		require.Equal(t, "INTERNAL", got.code(t))
		require.Empty(t, got.header["X-Added"])
	}
	require.Empty(t, g.names(t))
	require.Zero(t, g.answers(t))
	require.Zero(t, g.pool.SQL().Stats().InUse)
	g.before = nil
	require.Equal(t, 201, g.post(t, `{"name":"kim"}`, key("k-1")).status)
}

// Two requests lock two rows in opposite orders: the victim is run again, with
// its key, and its client sees nothing of it.
func TestADeadlockIsRunAgainUnseen(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	g.exec(t, "INSERT INTO names (name) VALUES ('a'), ('b')")
	var both sync.WaitGroup
	both.Add(2)
	var mu sync.Mutex
	runs := map[string]int{}
	g.before = func(c *gin.Context, name string) error {
		mu.Lock()
		runs[name]++
		first := runs[name] == 1
		mu.Unlock()
		touch := func(row string) error {
			return g.pool.DB(c.Request.Context()).Exec("UPDATE names SET touched = touched + 1 WHERE id = ?", row).Error
		}
		rows := map[string][2]string{"x": {"1", "2"}, "y": {"2", "1"}}[name]
		if err := touch(rows[0]); err != nil {
			return err
		}
		if first {
			both.Done()
			both.Wait()
		}
		return touch(rows[1])
	}
	var group sync.WaitGroup
	for _, name := range []string{"x", "y"} {
		group.Go(func() {
			got, err := g.try(t.Context(), "POST", "/api/names", `{"name":"`+name+`"}`, as("7"), key(name))
			if err != nil || got.status != http.StatusCreated {
				t.Errorf("%s: %d, %v", name, got.status, err)
			}
			if len(got.header["X-Added"]) != 1 {
				t.Errorf("%s: headers of both runs: %v", name, got.header["X-Added"])
			}
		})
	}
	group.Wait()
	require.Equal(t, 3, runs["x"]+runs["y"])
	require.ElementsMatch(t, []string{"a", "b", "x", "y"}, g.names(t))
	require.ElementsMatch(t, []string{"x", "y"}, g.hooks())
	require.Equal(t, 2, g.answers(t))
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
