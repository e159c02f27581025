package mysqlreader

import (
	"context"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

var (
	newestComments = order{at: "c.created_at", id: "c.id"}
	oldestComments = order{at: "c.created_at", id: "c.id", ascending: true}
)

// ofLivePost hides the comments of deleted posts, which are not marked
// themselves. post_stats says it in the narrowest rows.
const ofLivePost = "JOIN post_stats s ON s.post_id = c.post_id AND s.is_deleted = FALSE"

// FindComment implements timeline.CommentStore.
func (r *Reader) FindComment(ctx context.Context, viewer timeline.MemberID, id timeline.CommentID) (timeline.Comment, error) {
	var s statement
	s.add("SELECT "+commentColumns+" FROM comments c "+ofLivePost+" "+joinCommentLiked, viewer)
	s.add("WHERE c.id = ? AND c.is_deleted = FALSE", id)
	row, err := one(ctx, r, s, (*commentRow).fields)
	return toComment(row), failed(err, "find comment %d", id)
}

// FindComments implements timeline.CommentFinder.
func (r *Reader) FindComments(ctx context.Context, viewer timeline.MemberID, ids []timeline.CommentID) ([]timeline.Comment, error) {
	var s statement
	s.add("SELECT STRAIGHT_JOIN "+commentColumns+" FROM comments c FORCE INDEX (PRIMARY) "+ofLivePost+" "+joinCommentLiked, viewer)
	s.add("WHERE c.id IN ? AND c.is_deleted = FALSE", ids)
	rows, err := collect(ctx, r, s, (*commentRow).fields)
	return toComments(rows), failed(err, "find %d comments", len(ids))
}

// ListCommentsBy implements timeline.CommentStore. The comments of deleted posts
// are passed over one by one; the index says which post each is on, so that what
// is passed over costs no row of comments.
func (r *Reader) ListCommentsBy(ctx context.Context, viewer, author timeline.MemberID, slice timeline.Slice) ([]timeline.Comment, error) {
	var page statement
	page.add("SELECT STRAIGHT_JOIN c.id FROM comments c FORCE INDEX (ix_comments_author) " + ofLivePost)
	page.add("WHERE c.author_id = ? AND c.is_deleted = FALSE", author)
	newestComments.addPage(&page, slice)
	comments, err := r.commentsOf(ctx, viewer, page)
	return sorted(comments, false, commentKey), failed(err, "list comments of member %d", author)
}

// ListAnswers implements timeline.CommentStore.
func (r *Reader) ListAnswers(ctx context.Context, viewer timeline.MemberID, post timeline.PostID, parent timeline.CommentID, slice timeline.Slice) ([]timeline.Comment, error) {
	var page statement
	page.add("SELECT c.id FROM comments c FORCE INDEX (ix_comments_page) WHERE c.post_id = ? AND c.parent_id = ? AND c.is_deleted = FALSE", post, parent)
	oldestComments.addPage(&page, slice)
	comments, err := r.commentsOf(ctx, viewer, page)
	return sorted(comments, true, commentKey), failed(err, "list answers on post %d to comment %d", post, parent)
}

// HasPost implements timeline.CommentStore.
func (r *Reader) HasPost(ctx context.Context, id timeline.PostID) (bool, error) {
	var s statement
	s.add("SELECT EXISTS (SELECT 1 FROM post_stats WHERE post_id = ? AND is_deleted = FALSE)", id)
	live, err := one(ctx, r, s, func(b *bool) []any { return []any{b} })
	return live, failed(err, "find post %d", id)
}

// commentsOf finds the rows of a page of ids, in any order and in one query.
func (r *Reader) commentsOf(ctx context.Context, viewer timeline.MemberID, page statement) ([]timeline.Comment, error) {
	var s statement
	s.add("SELECT STRAIGHT_JOIN "+commentColumns+" FROM ("+page.text+") page JOIN comments c FORCE INDEX (PRIMARY) ON c.id = page.id", page.args...)
	s.add(joinCommentLiked, viewer)
	rows, err := collect(ctx, r, s, (*commentRow).fields)
	return toComments(rows), err
}

func commentKey(c timeline.Comment) timeline.Key {
	return timeline.Key{At: c.CreatedAt, ID: int64(c.ID)}
}
