package app

import (
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/services/search/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// startRebuild runs `search rebuild` in a process of its own.
func (f *fleet) startRebuild(t testing.TB) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "rebuild")
	command.Env = append(append(os.Environ(), f.environ...), childVariable+"=1")
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	return command
}

// killRebuild kills a rebuild -9 once it is past that post.
func (f *fleet) killRebuild(t testing.TB, past int64, within time.Duration) (at int64) {
	t.Helper()
	command := f.startRebuild(t)
	require.Eventually(t, func() bool {
		var err error
		at, err = f.service.store.LoadProgress(t.Context(), search.Posts)
		return err == nil && at >= past
	}, within, time.Millisecond)
	require.NoError(t, command.Process.Kill())
	require.Error(t, command.Wait(), "it was killed, and had not ended")
	return at
}

// finishRebuild runs a rebuild as an operator does: again, where a neighbour was
// away for a moment.
func (f *fleet) finishRebuild(t testing.TB) {
	t.Helper()
	const tries = 5
	var err error
	for range tries {
		if err = f.startRebuild(t).Wait(); err == nil {
			return
		}
	}
	require.NoError(t, err)
}

// patient is a client that waits for a server which is busy with much.
func (f *fleet) patient(t testing.TB, database string) *mongo.Client {
	t.Helper()
	client, err := mongo.Open(mongo.Config{URI: f.cfg.MongoDBURI.Reveal(), Database: database, Timeout: 5 * time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// patiently does what may be done again until the store has taken it.
func patiently(t testing.TB, do func() error) {
	t.Helper()
	var failure error
	require.Eventually(t, func() bool { failure = do(); return !mongo.IsUnavailable(failure) }, 5*time.Minute, 100*time.Millisecond)
	require.NoError(t, failure)
}

// fresh is a projection of what content knows now, made at once in a database of
// its own.
func (f *fleet) fresh(t testing.TB) projection {
	t.Helper()
	client := f.patient(t, testenv.Mongo(t).Database)
	_, err := client.EnsureIndexes(t.Context(), mongostore.Indexes())
	require.NoError(t, err)
	store := mongostore.New(client, now)
	f.mu.Lock()
	posts, comments := slices.Collect(maps.Values(f.posts)), slices.Collect(maps.Values(f.comments))
	f.mu.Unlock()
	const batch = 1000
	for some := range slices.Chunk(posts, batch) {
		patiently(t, func() error { return store.ApplyPosts(t.Context(), some) })
	}
	for some := range slices.Chunk(comments, batch) {
		patiently(t, func() error { return store.ApplyComments(t.Context(), some) })
	}
	return projectionIn(t, client)
}

// busy writes and asks, with a pause after each, until the returned function is
// called, which waits for its end.
func (f *fleet) busy(t testing.TB, posts int64, pause time.Duration) (stop func() (writes, questions int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	writes, questions := 0, 0
	running.Go(func() {
		for i := int64(0); ctx.Err() == nil; i++ {
			p := post(1+i*7%posts, "", "그동안 고친 자전거")
			p.Version, p.Deleted = 2+i, i%5 == 0
			f.write(t, p)
			writes++
			idle(ctx, pause)
		}
	})
	running.Go(func() {
		for ctx.Err() == nil {
			switch got := f.as(t, 7, "GET", "/api/search/posts?keyword=%EC%9E%90%EC%A0%84%EA%B1%B0", ""); got.http {
			case http.StatusOK:
				questions++
			case http.StatusServiceUnavailable, http.StatusGatewayTimeout: // a store that is slow beyond its limits is told of
			default:
				got.requireCode(t, http.StatusOK, "")
			}
			idle(ctx, pause)
		}
	})
	return func() (int, int) {
		cancel()
		running.Wait()
		return writes, questions
	}
}

func idle(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// settle waits until the projection is that of what content knows.
func (f *fleet) settle(t testing.TB, within time.Duration) {
	t.Helper()
	want := f.fresh(t)
	client := f.patient(t, f.cfg.MongoDBDatabase)
	var got projection
	for deadline := time.Now().Add(within); ; <-time.After(200 * time.Millisecond) {
		if got = projectionIn(t, client); maps.Equal(got, want) || time.Now().After(deadline) {
			break
		}
	}
	for key := range want {
		require.Equal(t, want[key], got[key], key)
	}
	require.Len(t, got, len(want))
}

func TestARebuildThatIsKilledGoesOnWhileQueriesAndWritesGoOnAndEndsEqualToAFreshProjection(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.batch = 5
	const posts = 400
	var all []any
	for id := range int64(posts) {
		all = append(all, post(id+1, "제목", "한강에서 자전거를 탔다"), comment(posts+id+1, id+1, "나도 자전거"))
	}
	f.know(all...)
	stop := f.busy(t, posts, 5*time.Millisecond)
	at := f.killRebuild(t, 100, time.Minute)
	require.Less(t, at, int64(posts), "the rest is left to do")
	before, err := f.service.store.LoadProgress(t.Context(), search.Posts)
	require.NoError(t, err)
	f.finishRebuild(t)
	after, err := f.service.store.LoadProgress(t.Context(), search.Posts)
	require.NoError(t, err)
	require.GreaterOrEqual(t, before, int64(100))
	require.Zero(t, after, "the next one begins at the beginning")
	writes, questions := stop()
	require.Positive(t, writes)
	require.Positive(t, questions)
	f.settle(t, time.Minute)
}

func TestARebuildWaitsForAMongoDBThatIsAway(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	f := start(t, func(cfg *config.Config) {
		cfg.MongoDBURI, cfg.MongoDBDatabase = process.Secret(database.URI), database.Database
	})
	f.batch = 1
	const posts = 60
	for id := range int64(posts) {
		f.know(post(id+1, "", "글"))
	}
	done := make(chan error, 1)
	go func() { done <- rebuild(t.Context(), f.cfg, nil) }()
	require.Eventually(t, func() bool {
		at, err := f.service.store.LoadProgress(t.Context(), search.Posts)
		return err == nil && at >= 3
	}, time.Minute, time.Millisecond)
	require.NoError(t, server.Kill())
	require.NoError(t, server.Start(t.Context()))
	require.NoError(t, <-done)
	require.Equal(t, posts, f.projection(t).posts())
}
