package app

import (
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
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

// fresh is a projection of what content knows now, made at once in a database of
// its own.
func (f *fleet) fresh(t testing.TB) projection {
	t.Helper()
	database := testenv.Mongo(t)
	client, err := mongo.Open(mongo.Config{URI: f.cfg.MongoDBURI.Reveal(), Database: database.Database})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	_, err = client.EnsureIndexes(t.Context(), mongostore.Indexes())
	require.NoError(t, err)
	store := mongostore.New(client, now)
	f.mu.Lock()
	var posts []search.Post
	var comments []search.Comment
	for _, p := range f.posts {
		posts = append(posts, p)
	}
	for _, c := range f.comments {
		comments = append(comments, c)
	}
	f.mu.Unlock()
	const batch = 1000
	for from := 0; from < len(posts); from += batch {
		require.NoError(t, store.ApplyPosts(t.Context(), posts[from:min(from+batch, len(posts))]))
	}
	for from := 0; from < len(comments); from += batch {
		require.NoError(t, store.ApplyComments(t.Context(), comments[from:min(from+batch, len(comments))]))
	}
	other := &fleet{service: &service{mongo: client}}
	return other.projection(t)
}

// busy writes and asks until the returned function is called, which waits for its end.
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
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	})
	running.Go(func() {
		for ctx.Err() == nil {
			switch got := f.as(t, 7, "GET", "/api/search/posts?keyword=%EC%9E%90%EC%A0%84%EA%B1%B0", ""); got.http {
			case http.StatusOK:
				questions++
			case http.StatusServiceUnavailable: // a store that is slow beyond its limit says so
			default:
				got.requireCode(t, http.StatusOK, "")
			}
		}
	})
	return func() (int, int) {
		cancel()
		running.Wait()
		return writes, questions
	}
}

// settle waits until the projection is that of what content knows.
func (f *fleet) settle(t testing.TB, within time.Duration) {
	t.Helper()
	want := f.fresh(t)
	var got projection
	for deadline := time.Now().Add(within); ; <-time.After(200 * time.Millisecond) {
		if got = f.projection(t); maps.Equal(got, want) || time.Now().After(deadline) {
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
