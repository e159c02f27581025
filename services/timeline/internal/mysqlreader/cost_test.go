package mysqlreader_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/mysqlreader"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// meter reads what the server did for one call: a pool of a single connection,
// whose counters are set to zero before.
type meter struct {
	pool   *mysql.Pool
	reader *mysqlreader.Reader
}

// cost is what the server did: index and table entries that it read, rows that
// it sorted.
type cost struct{ entries, sorted int64 }

func (m meter) measure(t *testing.T, call func(r *mysqlreader.Reader) error) cost {
	t.Helper()
	require.NoError(t, m.pool.DB(t.Context()).Exec("FLUSH STATUS").Error)
	require.NoError(t, call(m.reader))
	var rows []struct {
		VariableName string `gorm:"column:Variable_name"`
		Value        int64  `gorm:"column:Value"`
	}
	require.NoError(t, m.pool.DB(t.Context()).Raw(
		"SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%' OR Variable_name = 'Sort_rows'").Scan(&rows).Error)
	var c cost
	for _, row := range rows {
		if row.VariableName == "Sort_rows" {
			c.sorted += row.Value
		} else {
			c.entries += row.Value
		}
	}
	return c
}

const manyPosts = 20_000

// newLibrary has many posts, over a year, a third of them without any comment,
// like or view; author 1 wrote a tenth of them.
func newLibrary(t *testing.T) (house, meter) {
	t.Helper()
	h := newHouse(t)
	random := rand.New(rand.NewPCG(5, 6))
	posts := make([]contenttest.Post, manyPosts)
	for i := range posts {
		created := now.Add(-time.Duration(random.Int64N(int64(365 * 24 * time.Hour)))).Truncate(time.Second)
		author := int64(1)
		if random.IntN(10) > 0 {
			author = int64(2 + random.IntN(1000))
		}
		posts[i] = contenttest.Post{ID: int64(i + 1), Author: author, CreatedAt: created, LastActivityAt: created}
		if random.IntN(3) > 0 {
			posts[i].Views, posts[i].Likes, posts[i].Comments = random.Int64N(100), random.Int64N(20), random.Int64N(20)
			posts[i].LastActivityAt = created.Add(time.Duration(random.Int64N(int64(48 * time.Hour)))).Truncate(time.Second)
		}
	}
	h.AddPosts(t, posts...)
	return h, newMeter(t, h)
}

func newMeter(t *testing.T, h house) meter {
	t.Helper()
	pool := contenttest.Open(t, h.Schema.DSN, 1)
	return meter{pool, mysqlreader.New(pool, clock)}
}

// Each row of a page costs an index entry, the post, its counters and the like
// of the viewer; and the page itself is written and read once. That holds on
// the first page and on the five hundredth.
func TestAPageCostsItsRowsWhereverItBegins(t *testing.T) {
	t.Parallel()
	_, m := newLibrary(t)
	const page = 21
	lists := map[string]list[timeline.Post]{
		"T7 author": {keyOf: postNewest, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
			return m.reader.ListPostsOf(t.Context(), 1, 1, s)
		}},
		"T14 dates": {keyOf: postNewest, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
			return m.reader.ListBetween(t.Context(), 1, now.AddDate(-1, 0, 0), now, s)
		}},
	}
	for name, r := range rankings {
		lists[name] = list[timeline.Post]{keyOf: r.read, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
			return m.reader.ListRanked(t.Context(), 1, r.ranking, time.Time{}, s)
		}}
	}
	for name, l := range lists {
		deep := 9000 // rows before it; author 1 has about 2000
		if name == "T7 author" {
			deep = 1500
		}
		before, err := l.fetch(timeline.Slice{Limit: 1, Skip: deep})
		require.NoError(t, err)
		require.Len(t, before, 1)
		after := l.keyOf(before[0])
		for where, slice := range map[string]timeline.Slice{
			"first": {Limit: page}, "by cursor": {Limit: page, After: &after}, "by number": {Limit: page, Skip: deep},
		} {
			got := m.measure(t, func(*mysqlreader.Reader) error {
				rows, err := l.fetch(slice)
				require.Len(t, rows, page)
				return err
			})
			t.Logf("%s %s: %+v", name, where, got)
			require.LessOrEqual(t, got.entries, int64(5*page+5+slice.Skip), "%s %s", name, where)
			require.Zero(t, got.sorted, "%s %s", name, where)
		}
	}
}

func TestAPageOfPostsByIDCostsThreeLookupsEach(t *testing.T) {
	t.Parallel()
	_, m := newLibrary(t)
	ids := make([]timeline.PostID, 20)
	for i := range ids {
		ids[i] = timeline.PostID(1 + 900*i)
	}
	got := m.measure(t, func(r *mysqlreader.Reader) error {
		found, err := r.FindPosts(t.Context(), 1, ids)
		require.Len(t, found, len(ids))
		return err
	})
	require.LessOrEqual(t, got.entries, int64(3*len(ids)+5))
	require.Zero(t, got.sorted)
}

// A window reads a page's worth of entries of each of its days, and sorts those.
// Where it begins within a day, that day's ranking is passed over.
func TestAWindowReadsAPageOfEachOfItsDays(t *testing.T) {
	t.Parallel()
	_, m := newLibrary(t)
	for name, r := range rankings {
		for _, window := range []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour} {
			got := m.measure(t, func(reader *mysqlreader.Reader) error {
				_, err := reader.ListRanked(t.Context(), 1, r.ranking, timeline.Window(window).Since(now), timeline.Slice{Limit: 21})
				return err
			})
			t.Logf("%s %s: %+v", name, window, got)
			if r.ranking == timeline.RecentlyActive { // by one index, and what is older but still active
				inWindow := int64(window.Hours()/24+1) * manyPosts / 365
				require.LessOrEqual(t, got.entries, 5*21+3*inWindow, "%s %s", name, window)
				require.Zero(t, got.sorted)
				continue
			}
			const perDay = manyPosts / 365 * 2 // the most in the first day
			days := int64(window.Hours()/24 + 2)
			require.LessOrEqual(t, got.entries, 3*21*days+2*perDay+6*21, "%s %s", name, window)
			require.LessOrEqual(t, got.sorted, 21*days, "%s %s", name, window)
		}
	}
}

// A feed is built from what the followed published in the time that it covers,
// not from all that they ever did.
func TestBuildingAFeedReadsAboutWhatItReturns(t *testing.T) {
	t.Parallel()
	_, m := newLibrary(t)
	for _, followings := range []int{1, 10, 100, 1000} {
		authors := make([]timeline.MemberID, followings)
		for i := range authors {
			authors[i] = timeline.MemberID(i + 1)
		}
		for _, limit := range []int{21, timeline.FeedLength} {
			var found []timeline.FeedEntry
			got := m.measure(t, func(r *mysqlreader.Reader) error {
				var err error
				found, err = r.ListNewest(t.Context(), authors, nil, limit, 0)
				return err
			})
			t.Logf("%d followings, %d wanted, %d found: %+v", followings, limit, len(found), got)
			const spans = 8
			require.LessOrEqual(t, got.entries, int64(spans*2*followings+6*limit+100), fmt.Sprint(followings))
		}
	}
}

// Who knows how far back the posts reach has them by one range of the index for each
// author, in one statement.
func TestALookBehindAFeedIsOneRangeForEachAuthor(t *testing.T) {
	t.Parallel()
	_, m := newLibrary(t)
	const followings, limit = 1000, 2000
	authors := make([]timeline.MemberID, followings)
	for i := range authors {
		authors[i] = timeline.MemberID(i + 1)
	}
	first, err := m.reader.ListNewest(t.Context(), authors, nil, timeline.FeedLength, 0)
	require.NoError(t, err)
	last := first[len(first)-1]
	reach := first[0].CreatedAt.Sub(last.CreatedAt) * limit / timeline.FeedLength
	var found []timeline.FeedEntry
	got := m.measure(t, func(r *mysqlreader.Reader) error {
		found, err = r.ListNewest(t.Context(), authors, &timeline.Key{At: last.CreatedAt, ID: int64(last.PostID)}, limit, reach)
		return err
	})
	t.Logf("%d found: %+v", len(found), got)
	require.Len(t, found, limit)
	require.LessOrEqual(t, got.entries, int64(followings+7*limit/2))
}

func TestCommentsCostTheirRowsWhereverTheyBegin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const many, page = 12_000, 21
	h.AddPosts(t, contenttest.Post{ID: 1, Author: 1, CreatedAt: now}, contenttest.Post{ID: 2, Author: 1, CreatedAt: now})
	comments := make([]contenttest.Comment, many)
	for i := range comments {
		comments[i] = contenttest.Comment{ID: int64(i + 1), Post: int64(i%2 + 1), Author: int64(i%2 + 1), CreatedAt: now.Add(time.Duration(i/10) * time.Second)}
	}
	h.AddComments(t, comments...)
	m := newMeter(t, h)
	lists := map[string]list[timeline.Comment]{
		"T10": {keyOf: commentKey, fetch: func(s timeline.Slice) ([]timeline.Comment, error) {
			return m.reader.ListAnswers(t.Context(), 1, 1, 0, s)
		}},
		"T11": {keyOf: commentKey, fetch: func(s timeline.Slice) ([]timeline.Comment, error) {
			return m.reader.ListCommentsBy(t.Context(), 1, 1, s)
		}},
	}
	for name, l := range lists {
		before, err := l.fetch(timeline.Slice{Limit: 1, Skip: 5000})
		require.NoError(t, err)
		after := l.keyOf(before[0])
		for where, slice := range map[string]timeline.Slice{"first": {Limit: page}, "by cursor": {Limit: page, After: &after}} {
			got := m.measure(t, func(*mysqlreader.Reader) error {
				rows, err := l.fetch(slice)
				require.Len(t, rows, page)
				return err
			})
			t.Logf("%s %s: %+v", name, where, got)
			// T11 also looks whether the post of each lives
			require.LessOrEqual(t, got.entries, int64(6*page+5), "%s %s", name, where)
			require.Zero(t, got.sorted, "%s %s", name, where)
		}
	}
}
