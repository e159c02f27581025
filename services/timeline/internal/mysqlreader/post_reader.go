package mysqlreader

import (
	"context"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

var newestPosts = order{at: "created_at", id: "id"}

// FindPost implements timeline.PostFinder.
func (r *Reader) FindPost(ctx context.Context, viewer timeline.MemberID, id timeline.PostID) (timeline.Post, error) {
	var s statement
	s.add("SELECT "+postColumns+" FROM posts p JOIN post_stats s ON s.post_id = p.id "+joinLiked, viewer)
	s.add("WHERE p.id = ? AND p.is_deleted = FALSE", id)
	row, err := one(ctx, r, s, (*postRow).fields)
	return toPost(row), failed(err, "find post %d", id)
}

// FindPosts implements timeline.PostFinder.
func (r *Reader) FindPosts(ctx context.Context, viewer timeline.MemberID, ids []timeline.PostID) ([]timeline.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var s statement
	s.add("SELECT STRAIGHT_JOIN "+postColumns+" FROM posts p FORCE INDEX (PRIMARY) JOIN post_stats s ON s.post_id = p.id "+joinLiked, viewer)
	s.add("WHERE p.id IN ?", ids)
	rows, err := collect(ctx, r, s, (*postRow).fields)
	return toPosts(rows), failed(err, "find %d posts", len(ids))
}

type countersRow struct{ ViewCount, LikeCount, CommentCount int64 }

func (r *countersRow) fields() []any { return []any{&r.ViewCount, &r.LikeCount, &r.CommentCount} }

func toCounters(r countersRow) timeline.PostCounters {
	return timeline.PostCounters{Views: r.ViewCount, Likes: r.LikeCount, Comments: r.CommentCount}
}

// FindCounters implements timeline.PostFinder.
func (r *Reader) FindCounters(ctx context.Context, id timeline.PostID) (timeline.PostCounters, error) {
	var s statement
	s.add("SELECT view_count, like_count, comment_count FROM post_stats WHERE post_id = ? AND is_deleted = FALSE", id)
	row, err := one(ctx, r, s, (*countersRow).fields)
	return toCounters(row), failed(err, "find counters of post %d", id)
}

// ListPostsOf implements timeline.PostLister.
func (r *Reader) ListPostsOf(ctx context.Context, viewer, author timeline.MemberID, slice timeline.Slice) ([]timeline.Post, error) {
	var page statement
	page.add("SELECT id FROM posts FORCE INDEX (ix_posts_author) WHERE author_id = ? AND is_deleted = FALSE", author)
	newestPosts.addPage(&page, slice)
	posts, err := r.postsOf(ctx, viewer, page)
	return sorted(posts, false, newestKey), failed(err, "list posts of member %d", author)
}

// ListBetween implements timeline.PostLister.
func (r *Reader) ListBetween(ctx context.Context, viewer timeline.MemberID, from, until time.Time, slice timeline.Slice) ([]timeline.Post, error) {
	var page statement
	page.add("SELECT id FROM posts FORCE INDEX (ix_posts_newest) WHERE is_deleted = FALSE AND created_at >= ? AND created_at < ?", from, until)
	newestPosts.addPage(&page, slice)
	posts, err := r.postsOf(ctx, viewer, page)
	return sorted(posts, false, newestKey), failed(err, "list posts by time")
}

// CountBetween implements timeline.PostLister. It costs an index entry for each
// post that it counts: the contract asks for totals.
func (r *Reader) CountBetween(ctx context.Context, from, until time.Time) (int64, error) {
	var s statement
	s.add("SELECT COUNT(*) FROM posts FORCE INDEX (ix_posts_newest) WHERE is_deleted = FALSE AND created_at >= ? AND created_at < ?", from, until)
	total, err := one(ctx, r, s, func(n *int64) []any { return []any{n} })
	return total, failed(err, "count posts by time")
}

// postsOf finds the rows of a page of ids, in any order and in one query.
func (r *Reader) postsOf(ctx context.Context, viewer timeline.MemberID, page statement) ([]timeline.Post, error) {
	var s statement
	s.add("SELECT STRAIGHT_JOIN "+postColumns+" FROM ("+page.text+") page", page.args...)
	s.add("JOIN posts p ON p.id = page.id JOIN post_stats s ON s.post_id = page.id "+joinLiked, viewer)
	rows, err := collect(ctx, r, s, (*postRow).fields)
	return toPosts(rows), err
}

func newestKey(p timeline.Post) timeline.Key { return timeline.Key{At: p.CreatedAt, ID: int64(p.ID)} }

// ListLiked implements timeline.LikeLister.
func (r *Reader) ListLiked(ctx context.Context, member timeline.MemberID, limit int) ([]timeline.PostID, error) {
	var s statement
	s.add("SELECT post_id FROM post_likes FORCE INDEX (ix_post_likes_member) WHERE member_id = ? ORDER BY post_id DESC LIMIT ?", member, limit)
	posts, err := collect(ctx, r, s, func(id *timeline.PostID) []any { return []any{id} })
	return posts, failed(err, "list likes of member %d", member)
}
