package mysqlreader

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// ranked is a ranking as the database knows it: an index of post_stats that
// begins with is_deleted and goes on with the columns of the order.
type ranked struct {
	index string
	order order
	keyOf func(timeline.Post) timeline.Key
}

func rankedBy(ranking timeline.Ranking) ranked {
	switch ranking {
	case timeline.MostPopular:
		return ranked{"ix_post_stats_popularity", order{rank: "popularity", at: "post_created_at", id: "post_id"}, popularityKey}
	case timeline.RecentlyActive:
		return ranked{"ix_post_stats_activity", order{at: "last_activity_at", id: "post_id"}, activityKey}
	case timeline.MostCommented:
	}
	return ranked{"ix_post_stats_comments", order{rank: "comment_count", at: "post_created_at", id: "post_id"}, commentsKey}
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
	if !since.IsZero() && by.order.rank != "" {
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

// Bounds of a look for the posts of a window in the ranking of all posts.
const (
	// windowStep is how many entries of the ranking are looked at per post that is wanted.
	windowStep = 4
	// windowBudget is how many are looked at in all before the other way is taken.
	windowBudget = 4000
)

// listWindow lists the best posts of a window. No index has the posts of a
// window in the order of a ranking, so it walks the ranking's index, which
// holds the time of creation too, and passes over older posts: as long as a
// window's posts are among the best, that is a few entries each. After
// windowBudget entries it turns to the index by time instead, and sorts what
// the window holds: that costs an entry and a narrow row for each of its posts,
// and nothing of the rest of the table.
func (r *Reader) listWindow(ctx context.Context, viewer timeline.MemberID, by ranked, since time.Time, slice timeline.Slice) ([]timeline.Post, error) {
	ids, found, err := r.walkRanking(ctx, by, since, slice)
	if err != nil {
		return nil, err
	}
	if found {
		return r.FindPosts(ctx, viewer, ids)
	}
	var page statement
	page.add("SELECT STRAIGHT_JOIN post_id AS id FROM posts n FORCE INDEX (ix_posts_newest) JOIN post_stats ON post_id = n.id")
	page.add("WHERE n.is_deleted = FALSE AND n.created_at >= ?", since)
	by.order.addPage(&page, slice)
	return r.postsOf(ctx, viewer, page)
}

type rankingEntry struct {
	Rank int64
	At   time.Time
	ID   int64
}

func (e *rankingEntry) fields() []any { return []any{&e.Rank, &e.At, &e.ID} }

// walkRanking returns the ids of the slice in the ranking, of posts created
// since; found is false where it gave up.
func (r *Reader) walkRanking(ctx context.Context, by ranked, since time.Time, slice timeline.Slice) (ids []timeline.PostID, found bool, err error) {
	skip, after, seen := slice.Skip, slice.After, 0
	for seen < windowBudget {
		step := timeline.Slice{After: after, Limit: min(windowStep*(slice.Limit+skip), windowBudget-seen)}
		var s statement
		s.add(fmt.Sprintf("SELECT %s, %s, %s FROM post_stats FORCE INDEX (%s) WHERE is_deleted = FALSE",
			by.order.rank, by.order.at, by.order.id, by.index))
		by.order.addPage(&s, step)
		entries, err := collect(ctx, r, s, (*rankingEntry).fields)
		if err != nil {
			return nil, false, err
		}
		for _, e := range entries {
			switch {
			case e.At.Before(since):
			case skip > 0:
				skip--
			case len(ids) < slice.Limit:
				ids = append(ids, timeline.PostID(e.ID))
			}
		}
		if len(ids) == slice.Limit || len(entries) < step.Limit {
			return ids, true, nil
		}
		last := entries[len(entries)-1]
		after, seen = &timeline.Key{Rank: last.Rank, At: last.At, ID: last.ID}, seen+len(entries)
	}
	return nil, false, nil
}
