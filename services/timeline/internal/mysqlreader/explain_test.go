package mysqlreader_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// step is a line of EXPLAIN.
type step struct {
	SelectType, Table, Type, Key, Extra string
}

// explain is how the server answers the last query of call.
func explain(t *testing.T, m meter, call func() error) []step {
	t.Helper()
	var text string
	var args []any
	const name = "explain"
	rows := m.pool.DB(t.Context()).Callback().Row()
	require.NoError(t, rows.Before("gorm:row").Replace(name, func(db *gorm.DB) {
		text, args = db.Statement.SQL.String(), db.Statement.Vars
	}))
	require.NoError(t, call())
	require.NoError(t, rows.Before("gorm:row").Replace(name, func(*gorm.DB) {}))
	var steps []step
	require.NoError(t, m.pool.DB(t.Context()).Raw("EXPLAIN FORMAT=TRADITIONAL "+text, args...).Scan(&steps).Error)
	require.NotEmpty(t, steps)
	return steps
}

// Every hot query goes by an index, and sorts nothing that the index has in
// order: what is made for the query itself is a page's worth.
func TestNoHotQueryScansOrSortsATable(t *testing.T) {
	t.Parallel()
	h, m := newLibrary(t)
	h.AddComments(t, contenttest.Comment{ID: 1, Post: 1, Author: 1, CreatedAt: now}, contenttest.Comment{ID: 2, Post: 1, Parent: 1, Depth: 1, Author: 1, CreatedAt: now})
	others := make([]contenttest.Comment, 500) // an index over one author alone would be read whole
	for i := range others {
		others[i] = contenttest.Comment{ID: int64(3 + i), Post: 2, Author: int64(2 + i%50), CreatedAt: now}
	}
	h.AddComments(t, others...)
	require.NoError(t, m.pool.DB(t.Context()).Exec("ANALYZE TABLE comments").Error)
	ctx, slice, month := t.Context(), timeline.Slice{Limit: 21, After: &timeline.Key{Rank: 5, At: now.Add(-time.Hour), ID: 7}}, now.AddDate(0, 0, -30)
	ranked := func(by timeline.Ranking, since time.Time) func() error {
		return func() error { _, err := m.reader.ListRanked(ctx, 1, by, since, slice); return err }
	}
	for name, c := range map[string]struct {
		call func() error
		keys []string
	}{
		"T1 rows":         {func() error { _, err := m.reader.FindPosts(ctx, 1, []timeline.PostID{1, 2}); return err }, []string{"PRIMARY"}},
		"T1 likes":        {func() error { _, err := m.reader.ListLiked(ctx, 1, 512); return err }, []string{"ix_post_likes_member"}},
		"T1 build":        {func() error { _, err := m.reader.ListNewest(ctx, []timeline.MemberID{1, 2}, nil, 800, 0); return err }, []string{"ix_posts_author"}},
		"T2":              {ranked(timeline.MostCommented, time.Time{}), []string{"ix_post_stats_comments"}},
		"T3":              {ranked(timeline.MostPopular, time.Time{}), []string{"ix_post_stats_popularity"}},
		"T4":              {ranked(timeline.RecentlyActive, time.Time{}), []string{"ix_post_stats_activity"}},
		"T2 in a window":  {ranked(timeline.MostCommented, month), []string{"ix_post_stats_day_comments"}},
		"T3 in a window":  {ranked(timeline.MostPopular, month), []string{"ix_post_stats_day_popularity"}},
		"T4 in a window":  {ranked(timeline.RecentlyActive, month), []string{"ix_post_stats_activity"}},
		"T5, T7":          {func() error { _, err := m.reader.ListPostsOf(ctx, 1, 1, slice); return err }, []string{"ix_posts_author"}},
		"T6":              {func() error { _, err := m.reader.FindPost(ctx, 2, 1); return err }, nil},
		"T9, T11":         {func() error { _, err := m.reader.ListCommentsBy(ctx, 1, 1, slice); return err }, []string{"ix_comments_author"}},
		"T10":             {func() error { _, err := m.reader.ListAnswers(ctx, 1, 1, 0, slice); return err }, []string{"ix_comments_page"}},
		"T13":             {func() error { _, err := m.reader.ListAnswers(ctx, 1, 1, 1, slice); return err }, []string{"ix_comments_page"}},
		"T14":             {func() error { _, err := m.reader.ListBetween(ctx, 1, month, now, slice); return err }, []string{"ix_posts_newest"}},
		"T14, the number": {func() error { _, err := m.reader.CountBetween(ctx, month, now); return err }, []string{"ix_posts_newest"}},
	} {
		used := map[string]bool{}
		for _, s := range explain(t, m, c.call) {
			used[s.Key] = true
			if strings.HasPrefix(s.Table, "<") { // the page itself
				continue
			}
			require.NotContains(t, []string{"ALL", "index"}, s.Type, "%s: %+v", name, s)
			if s.SelectType != "UNION RESULT" && name != "T1 build" { // which merges authors
				require.NotContains(t, s.Extra, "filesort", "%s: %+v", name, s)
			}
			if name == "T9, T11" && s.Key == "ix_comments_author" {
				require.Contains(t, s.Extra, "Using index", "the row is not needed to know the post")
			}
		}
		for _, key := range c.keys {
			require.True(t, used[key], "%s uses %v, not %s", name, used, key)
		}
	}
}
