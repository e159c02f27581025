package mysqlstore

import (
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

type postRow struct {
	ID        int64
	Title     string
	Content   string
	AuthorID  int64
	IsDeleted bool
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

func toPost(r postRow) content.Post {
	return content.Post{
		ID:        content.PostID(r.ID),
		AuthorID:  content.MemberID(r.AuthorID),
		Title:     r.Title,
		Content:   r.Content,
		CreatedAt: r.CreatedAt,
		UpdatedAt: r.UpdatedAt,
		Version:   r.Version,
		Deleted:   r.IsDeleted,
	}
}

func fromPost(p content.Post) postRow {
	return postRow{
		ID:        int64(p.ID),
		Title:     p.Title,
		Content:   p.Content,
		AuthorID:  int64(p.AuthorID),
		IsDeleted: p.Deleted,
		Version:   p.Version,
		CreatedAt: p.CreatedAt,
		UpdatedAt: p.UpdatedAt,
	}
}
