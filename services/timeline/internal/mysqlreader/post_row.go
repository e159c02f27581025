package mysqlreader

import (
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// postColumns need posts p, post_stats s and a LEFT JOIN of post_likes l.
const postColumns = `p.id, p.author_id, p.title, p.content, p.created_at, p.updated_at, p.is_deleted,
	s.view_count, s.like_count, s.comment_count, s.last_activity_at, l.member_id IS NOT NULL`

// joinLiked is the like of one member; its argument is that member.
const joinLiked = "LEFT JOIN post_likes l ON l.post_id = p.id AND l.member_id = ?"

type postRow struct {
	ID             int64
	AuthorID       int64
	Title          string
	Content        string
	CreatedAt      time.Time
	UpdatedAt      time.Time
	IsDeleted      bool
	ViewCount      int64
	LikeCount      int64
	CommentCount   int64
	LastActivityAt time.Time
	Liked          bool
}

// fields are in the order of postColumns.
func (r *postRow) fields() []any {
	return []any{
		&r.ID, &r.AuthorID, &r.Title, &r.Content, &r.CreatedAt, &r.UpdatedAt, &r.IsDeleted,
		&r.ViewCount, &r.LikeCount, &r.CommentCount, &r.LastActivityAt, &r.Liked,
	}
}

func toPost(r postRow) timeline.Post {
	return timeline.Post{
		ID:             timeline.PostID(r.ID),
		AuthorID:       timeline.MemberID(r.AuthorID),
		Title:          r.Title,
		Content:        r.Content,
		CreatedAt:      r.CreatedAt,
		UpdatedAt:      r.UpdatedAt,
		PostCounters:   timeline.PostCounters{Views: r.ViewCount, Likes: r.LikeCount, Comments: r.CommentCount},
		LastActivityAt: r.LastActivityAt,
		Liked:          r.Liked,
		Deleted:        r.IsDeleted,
	}
}

func toPosts(rows []postRow) []timeline.Post {
	posts := make([]timeline.Post, len(rows))
	for i, r := range rows {
		posts[i] = toPost(r)
	}
	return posts
}
