package mysqlstore

import (
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

type commentRow struct {
	ID         int64
	PostID     int64
	ParentID   int64
	AuthorID   int64
	Content    string
	Depth      int
	IsDeleted  bool
	LikeCount  int64
	ReplyCount int64
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func toComment(r commentRow) content.Comment {
	return content.Comment{
		ID:         content.CommentID(r.ID),
		PostID:     content.PostID(r.PostID),
		ParentID:   content.CommentID(r.ParentID),
		Depth:      r.Depth,
		AuthorID:   content.MemberID(r.AuthorID),
		Content:    r.Content,
		CreatedAt:  r.CreatedAt,
		UpdatedAt:  r.UpdatedAt,
		Version:    r.Version,
		Deleted:    r.IsDeleted,
		LikeCount:  r.LikeCount,
		ReplyCount: r.ReplyCount,
	}
}

func fromComment(c content.Comment) commentRow {
	return commentRow{
		ID:         int64(c.ID),
		PostID:     int64(c.PostID),
		ParentID:   int64(c.ParentID),
		AuthorID:   int64(c.AuthorID),
		Content:    c.Content,
		Depth:      c.Depth,
		IsDeleted:  c.Deleted,
		LikeCount:  c.LikeCount,
		ReplyCount: c.ReplyCount,
		Version:    c.Version,
		CreatedAt:  c.CreatedAt,
		UpdatedAt:  c.UpdatedAt,
	}
}
