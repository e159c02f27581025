package mysqlreader

import (
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// commentColumns need comments c and a LEFT JOIN of comment_likes l.
const commentColumns = `c.id, c.post_id, c.parent_id, c.depth, c.author_id, c.content, c.created_at, c.updated_at,
	c.like_count, c.reply_count, l.member_id IS NOT NULL`

// joinCommentLiked is the like of one member; its argument is that member.
const joinCommentLiked = "LEFT JOIN comment_likes l ON l.comment_id = c.id AND l.member_id = ?"

type commentRow struct {
	ID         int64
	PostID     int64
	ParentID   int64
	Depth      int
	AuthorID   int64
	Content    string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	LikeCount  int64
	ReplyCount int64
	Liked      bool
}

// fields are in the order of commentColumns.
func (r *commentRow) fields() []any {
	return []any{
		&r.ID, &r.PostID, &r.ParentID, &r.Depth, &r.AuthorID, &r.Content, &r.CreatedAt, &r.UpdatedAt,
		&r.LikeCount, &r.ReplyCount, &r.Liked,
	}
}

func toComment(r commentRow) timeline.Comment {
	return timeline.Comment{
		ID:         timeline.CommentID(r.ID),
		PostID:     timeline.PostID(r.PostID),
		ParentID:   timeline.CommentID(r.ParentID),
		Depth:      r.Depth,
		AuthorID:   timeline.MemberID(r.AuthorID),
		Content:    r.Content,
		CreatedAt:  r.CreatedAt,
		UpdatedAt:  r.UpdatedAt,
		LikeCount:  r.LikeCount,
		ReplyCount: r.ReplyCount,
		Liked:      r.Liked,
	}
}

func toComments(rows []commentRow) []timeline.Comment {
	comments := make([]timeline.Comment, len(rows))
	for i, r := range rows {
		comments[i] = toComment(r)
	}
	return comments
}
