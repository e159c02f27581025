package mysqlstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/services/content/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// ledger is a FactLog that only remembers; it cannot roll back, so tests look
// at it after what succeeded.
type ledger struct {
	mu    sync.Mutex
	facts []content.Fact
}

func (l *ledger) Record(_ context.Context, facts ...content.Fact) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.facts = append(l.facts, facts...)
	return nil
}

func (l *ledger) last() content.Fact {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.facts[len(l.facts)-1]
}

// ticking is a clock that is later by a second each time it is asked.
func ticking() content.Clock {
	var mu sync.Mutex
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Second)
		return at
	}
}

// house is the domain on a real database.
type house struct {
	pool     *mysql.Pool
	store    *mysqlstore.Store
	posts    *content.PostService
	comments *content.CommentService
	ledger   *ledger
}

func newHouse(t *testing.T) house {
	t.Helper()
	schema := testenv.MySQL(t)
	migrations, err := mysqlstore.Migrations()
	require.NoError(t, err)
	_, err = mysql.Migrate(t.Context(), schema.DSN, migrations, mysqlstore.VersionTable)
	require.NoError(t, err)
	pool, err := mysql.Open(mysql.Config{DSN: schema.DSN})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store, facts, now := mysqlstore.New(pool), new(ledger), ticking()
	return house{pool, store, content.NewPostService(store, facts, now), content.NewCommentService(store, facts, now), facts}
}

func (h house) post(t *testing.T, author content.MemberID) content.PostView {
	t.Helper()
	view, err := h.posts.Publish(t.Context(), author, content.PostText{Content: "오늘의 글"})
	require.NoError(t, err)
	return view
}

func (h house) comment(t *testing.T, author content.MemberID, post content.PostID, parent content.CommentID) content.CommentView {
	t.Helper()
	view, err := h.comments.Publish(t.Context(), author, content.CommentDraft{PostID: post, ParentID: parent, Content: "댓글"})
	require.NoError(t, err)
	return view
}

func (h house) counters(t *testing.T, post content.PostID) content.PostCounters {
	t.Helper()
	counters, _, err := h.store.FindCounters(t.Context(), post, 0)
	require.NoError(t, err)
	return counters
}

func (h house) count(t *testing.T, query string, args ...any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, h.pool.DB(t.Context()).Raw(query, args...).Scan(&n).Error)
	return n
}

func requireCode(t *testing.T, code *apierr.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Truef(t, apierr.HasCode(err, code), "wants %s, got %v", code.Name(), err)
}

// together runs n calls at once and returns their errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = call(i)
		})
	}
	start.Done()
	done.Wait()
	return errs
}

func succeeded(errs []error) int {
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}
