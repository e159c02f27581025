package pagecache_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/services/content/internal/pagecache"
)

// desk is a transaction that ends when the test says so, and a cache.
type desk struct {
	recorded  []content.Fact
	hooks     []func()
	forgotten []string
	down      error
}

func (d *desk) Record(_ context.Context, facts ...content.Fact) error {
	d.recorded = append(d.recorded, facts...)
	return nil
}

func (d *desk) AfterCommit(_ context.Context, hook func()) error {
	d.hooks = append(d.hooks, hook)
	return nil
}

func (d *desk) Forget(_ context.Context, keys ...string) error {
	d.forgotten = append(d.forgotten, keys...)
	return d.down
}

func (d *desk) CountReads(context.Context, []content.PostRead, time.Time) error { return nil }

func (d *desk) ForgetReads(context.Context, time.Time, int) (int64, error) { return 0, nil }

func (d *desk) commit() {
	for _, hook := range d.hooks {
		hook()
	}
}

func TestWhatAFactChangesIsForgottenAfterItsCommit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fact content.Fact
		keys []string
	}{
		"new post":       {content.PostFact{Change: content.Created, Post: content.Post{ID: 7}}, nil},
		"revised post":   {content.PostFact{Change: content.Revised, Post: content.Post{ID: 7}}, []string{"timeline:api:posts:post_item:7"}},
		"deleted post":   {content.PostFact{Change: content.Deleted, Post: content.Post{ID: 7}}, []string{"timeline:api:posts:post_item:7"}},
		"new comment":    {content.CommentFact{Change: content.Created, Comment: content.Comment{ID: 1, PostID: 7}}, []string{"timeline:api:posts:post_item:7"}},
		"revision of it": {content.CommentFact{Change: content.Revised, Comment: content.Comment{ID: 1, PostID: 7}}, nil},
		"its deletion":   {content.CommentFact{Change: content.Deleted, Comment: content.Comment{ID: 1, PostID: 7}}, []string{"timeline:api:posts:post_item:7"}},
		"like":           {content.LikeFact{Liked: true, Actor: 3, PostID: 7}, []string{"timeline:api:posts:post_item:7", "timeline:api:posts:likes:3"}},
		"like taken":     {content.LikeFact{Actor: 3, PostID: 7}, []string{"timeline:api:posts:post_item:7", "timeline:api:posts:likes:3"}},
		"comment's like": {content.LikeFact{Liked: true, Actor: 3, PostID: 7, CommentID: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{}
			facts := pagecache.Facts{Log: d, Pages: pagecache.New(d, prometheus.NewRegistry()), Transaction: d}
			require.NoError(t, facts.Record(t.Context(), c.fact))
			require.Len(t, d.recorded, 1)
			require.Empty(t, d.forgotten, "not before the commit")
			d.commit()
			require.Equal(t, c.keys, d.forgotten)
		})
	}
}

func TestARepliesThreadIsForgottenOnce(t *testing.T) {
	t.Parallel()
	d := &desk{}
	facts := pagecache.Facts{Log: d, Pages: pagecache.New(d, prometheus.NewRegistry()), Transaction: d}
	gone := func(id content.CommentID) content.Fact {
		return content.CommentFact{Change: content.Deleted, Comment: content.Comment{ID: id, PostID: 7}}
	}
	require.NoError(t, facts.Record(t.Context(), gone(1), gone(2), gone(3)))
	d.commit()
	require.Equal(t, []string{"timeline:api:posts:post_item:7"}, d.forgotten)
}

func TestCountedViewsAreShown(t *testing.T) {
	t.Parallel()
	d := &desk{}
	reads := pagecache.Reads{ReadStore: d, Pages: pagecache.New(d, prometheus.NewRegistry())}
	require.NoError(t, reads.CountReads(t.Context(), []content.PostRead{{PostID: 1}, {PostID: 2}, {PostID: 1}}, time.Now()))
	require.Equal(t, []string{"timeline:api:posts:post_item:1", "timeline:api:posts:post_item:2"}, d.forgotten)
}

func TestACacheThatIsAwayFailsNoWriteAndIsCounted(t *testing.T) {
	t.Parallel()
	d, registry := &desk{down: errors.New("redis is down")}, prometheus.NewRegistry()
	facts := pagecache.Facts{Log: d, Pages: pagecache.New(d, registry), Transaction: d}
	require.NoError(t, facts.Record(t.Context(), content.LikeFact{Liked: true, Actor: 3, PostID: 7}))
	d.commit()
	count, err := testutil.GatherAndCount(registry, "page_cache_forgets_failed_total")
	require.NoError(t, err)
	require.Equal(t, 1, count)
}
