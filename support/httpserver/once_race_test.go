package httpserver_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

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
	testenv.AwaitLockWait(t, g.pool.SQL())
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

// The answer is lost between the commit and the client: the process dies, or
// the network does.
func TestAnAnswerThatIsLostIsThereForTheRepeat(t *testing.T) {
	t.Parallel()
	g := newGuestbook(t, nil)
	g.before = func(c *gin.Context, _ string) error {
		return g.pool.AfterCommit(c.Request.Context(), func() { panic(http.ErrAbortHandler) }) //nolint:forbidigo // drops the connection
	}
	_, err := g.try(t.Context(), "POST", "/api/names", `{"name":"kim"}`, as("7"), key("k-1"))
	require.ErrorIs(t, err, io.EOF)
	got := g.post(t, `{"name":"kim"}`, key("k-1"))
	require.Equal(t, 201, got.status)
	require.True(t, replayed(got))
	require.Equal(t, []string{"kim"}, g.names(t))
}
