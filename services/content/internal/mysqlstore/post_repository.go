package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

// AddPost implements content.PostStore.
func (s *Store) AddPost(ctx context.Context, post content.Post) (content.PostID, error) {
	r := fromPost(post)
	id, err := s.pool.Insert(ctx,
		"INSERT INTO posts (title, content, author_id, is_deleted, version, created_at, updated_at) VALUES (?, ?, ?, FALSE, ?, ?, ?)",
		r.Title, r.Content, r.AuthorID, r.Version, r.CreatedAt, r.UpdatedAt)
	if err != nil {
		return 0, fmt.Errorf("add post of member %d: %w", r.AuthorID, err)
	}
	_, err = s.pool.Insert(ctx,
		"INSERT INTO post_stats (post_id, last_activity_at, post_created_at) VALUES (?, ?, ?)", id, r.CreatedAt, r.CreatedAt)
	if err != nil {
		return 0, fmt.Errorf("add counters of post %d: %w", id, err)
	}
	return content.PostID(id), nil
}

// LockPost implements content.PostStore.
func (s *Store) LockPost(ctx context.Context, id content.PostID) (content.Post, error) {
	return s.findPost(ctx, id, "FOR UPDATE")
}

// SharePost implements content.PostStore.
func (s *Store) SharePost(ctx context.Context, id content.PostID) (content.Post, error) {
	return s.findPost(ctx, id, "LOCK IN SHARE MODE") // MariaDB does not know FOR SHARE
}

func (s *Store) findPost(ctx context.Context, id content.PostID, lock string) (content.Post, error) {
	var rows []postRow
	err := s.pool.DB(ctx).Raw(
		"SELECT id, title, content, author_id, is_deleted, version, created_at, updated_at FROM posts WHERE id = ? "+lock, id).
		Scan(&rows).Error
	if err != nil {
		return content.Post{}, fmt.Errorf("find post %d: %w", id, err)
	}
	if len(rows) == 0 {
		return content.Post{}, fmt.Errorf("find post %d: %w", id, content.ErrAbsent)
	}
	return toPost(rows[0]), nil
}

// UpdatePost implements content.PostStore.
func (s *Store) UpdatePost(ctx context.Context, post content.Post) error {
	r := fromPost(post)
	err := s.pool.DB(ctx).Exec(
		"UPDATE posts SET title = ?, content = ?, is_deleted = ?, version = ?, updated_at = ? WHERE id = ?",
		r.Title, r.Content, r.IsDeleted, r.Version, r.UpdatedAt, r.ID).Error
	if err == nil && r.IsDeleted {
		err = s.pool.DB(ctx).Exec("UPDATE post_stats SET is_deleted = TRUE WHERE post_id = ?", r.ID).Error
	}
	if err != nil {
		return fmt.Errorf("update post %d: %w", r.ID, err)
	}
	return nil
}

type countersRow struct {
	ViewCount    int64
	LikeCount    int64
	CommentCount int64
	Liked        bool
}

func toCounters(r countersRow) content.PostCounters {
	return content.PostCounters{Views: r.ViewCount, Likes: r.LikeCount, Comments: r.CommentCount}
}

// FindCounters implements content.PostCounterStore.
func (s *Store) FindCounters(ctx context.Context, id content.PostID, viewer content.MemberID) (content.PostCounters, bool, error) {
	var r countersRow
	err := s.pool.DB(ctx).Raw(
		`SELECT view_count, like_count, comment_count,
		        EXISTS (SELECT 1 FROM post_likes l WHERE l.post_id = s.post_id AND l.member_id = ?) AS liked
		   FROM post_stats s WHERE post_id = ?`, viewer, id).Scan(&r).Error
	if err != nil {
		return content.PostCounters{}, false, fmt.Errorf("find counters of post %d: %w", id, err)
	}
	return toCounters(r), r.Liked, nil
}

// AddToPost implements content.PostCounterStore.
func (s *Store) AddToPost(ctx context.Context, id content.PostID, likes, comments int64, activity time.Time) error {
	err := s.pool.DB(ctx).Exec(
		`UPDATE post_stats SET like_count = like_count + ?, comment_count = comment_count + ?,
		        last_activity_at = GREATEST(last_activity_at, ?) WHERE post_id = ?`,
		likes, comments, activity, id).Error
	if err != nil {
		return fmt.Errorf("add to counters of post %d: %w", id, err)
	}
	return nil
}

// TakeFromPost implements content.PostCounterStore.
func (s *Store) TakeFromPost(ctx context.Context, id content.PostID, likes, comments int64) error {
	err := s.pool.DB(ctx).Exec(
		`UPDATE post_stats SET like_count = like_count - ?, comment_count = comment_count - ?,
		        last_activity_at = GREATEST(post_created_at,
		          COALESCE((SELECT MAX(created_at) FROM post_likes WHERE post_id = ?), post_created_at),
		          COALESCE((SELECT MAX(created_at) FROM comments WHERE post_id = ? AND is_deleted = FALSE), post_created_at))
		  WHERE post_id = ?`,
		likes, comments, id, id, id).Error
	if err != nil {
		return fmt.Errorf("take from counters of post %d: %w", id, err)
	}
	return nil
}
