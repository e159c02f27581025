package mysqlreader

import (
	"context"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// ranked is a ranking as the database knows it: an index of post_stats that
// begins with is_deleted and goes on with the columns of the order.
type ranked struct {
	index string
	// daily is the index of the same order within each day.
	daily string
	order order
	keyOf func(timeline.Post) timeline.Key
}

func rankedBy(ranking timeline.Ranking) ranked {
	switch ranking {
	case timeline.MostPopular:
		return ranked{"ix_post_stats_popularity", "ix_post_stats_day_popularity", order{rank: "popularity", at: "post_created_at", id: "post_id"}, popularityKey}
	case timeline.RecentlyActive:
		return ranked{"ix_post_stats_activity", "", order{at: "last_activity_at", id: "post_id"}, activityKey}
	case timeline.MostCommented:
	}
	return ranked{"ix_post_stats_comments", "ix_post_stats_day_comments", order{rank: "comment_count", at: "post_created_at", id: "post_id"}, commentsKey}
}

func commentsKey(p timeline.Post) timeline.Key {
	return timeline.Key{Rank: p.Comments, At: p.CreatedAt, ID: int64(p.ID)}
}

func popularityKey(p timeline.Post) timeline.Key {
	return timeline.Key{Rank: p.Views + 2*p.Likes, At: p.CreatedAt, ID: int64(p.ID)}
}

func activityKey(p timeline.Post) timeline.Key {
	return timeline.Key{At: p.LastActivityAt, ID: int64(p.ID)}
}

// ListRanked implements timeline.PostLister.
//
// Without a window it walks the ranking's index from the slice on: as many
// entries as it returns. Recent activity within a window does the same, down to
// the window's beginning, and passes over what is older but still active. For
// the others see listWindow.
func (r *Reader) ListRanked(ctx context.Context, viewer timeline.MemberID, ranking timeline.Ranking, since time.Time, slice timeline.Slice) ([]timeline.Post, error) {
	by := rankedBy(ranking)
	if !since.IsZero() && by.daily != "" {
		posts, err := r.listWindow(ctx, viewer, by, since, slice)
		return sorted(posts, false, by.keyOf), failed(err, "list %s since %s", by.index, since)
	}
	var page statement
	page.add("SELECT post_id AS id FROM post_stats FORCE INDEX (" + by.index + ") WHERE is_deleted = FALSE")
	if !since.IsZero() {
		page.add("AND last_activity_at >= ? AND post_created_at >= ?", since, since)
	}
	by.order.addPage(&page, slice)
	posts, err := r.postsOf(ctx, viewer, page)
	return sorted(posts, false, by.keyOf), failed(err, "list %s", by.index)
}

// listWindow lists the best posts of a window: it merges the rankings of its
// days, each of which an index has in its order, and takes from each day as many
// entries as the slice could need of it. A day's ranking is passed over where the
// window begins within the day.
func (r *Reader) listWindow(ctx context.Context, viewer timeline.MemberID, by ranked, since time.Time, slice timeline.Slice) ([]timeline.Post, error) {
	ofDay := timeline.Slice{Limit: slice.Skip + slice.Limit}
	columns := strings.Join(by.order.columns(), ", ")
	var page statement
	page.add("SELECT post_id AS id FROM (")
	for i, day := range daysSince(since, r.now()) {
		if i > 0 {
			page.add("UNION ALL")
		}
		page.add("(SELECT "+columns+" FROM post_stats FORCE INDEX ("+by.daily+") WHERE is_deleted = FALSE AND created_day = ?", day.Format(time.DateOnly))
		if day.Before(since) {
			page.add("AND post_created_at >= ?", since)
		}
		if slice.After != nil {
			by.order.addAfterOfDay(&page, *slice.After, day)
		}
		by.order.addPage(&page, ofDay)
		page.add(")")
	}
	page.add(") days")
	by.order.addPage(&page, timeline.Slice{Limit: slice.Limit, Skip: slice.Skip})
	return r.postsOf(ctx, viewer, page)
}

const wholeDay = 24 * time.Hour

// daysSince are the UTC days from since to a day after now: clocks differ.
func daysSince(since, now time.Time) (days []time.Time) {
	for d := since.UTC().Truncate(wholeDay); !d.After(now.Add(wholeDay)); d = d.Add(wholeDay) {
		days = append(days, d)
	}
	return days
}
