package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

type postStateRow struct {
	Post           postRow     `gorm:"embedded"`
	Counters       countersRow `gorm:"embedded"`
	LastActivityAt time.Time
}

// ListPosts implements content.StateReader.
func (s *Store) ListPosts(ctx context.Context, after content.PostID, limit int) ([]content.PostState, error) {
	var rows []postStateRow
	err := s.pool.DB(ctx).Raw(
		`SELECT p.id, p.title, p.content, p.author_id, p.is_deleted, p.version, p.created_at, p.updated_at,
		        s.view_count, s.like_count, s.comment_count, s.last_activity_at
		   FROM posts p JOIN post_stats s ON s.post_id = p.id
		  WHERE p.id > ? ORDER BY p.id LIMIT ?`, after, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list posts after %d: %w", after, err)
	}
	states := make([]content.PostState, len(rows))
	for i, r := range rows {
		states[i] = content.PostState{Post: toPost(r.Post), PostCounters: toCounters(r.Counters), LastActivityAt: r.LastActivityAt}
	}
	return states, nil
}

// ListComments implements content.StateReader. Comments of a deleted post are
// deleted too, whatever their own row says.
func (s *Store) ListComments(ctx context.Context, after content.CommentID, limit int) ([]content.Comment, error) {
	var rows []commentRow
	err := s.pool.DB(ctx).Raw(
		`SELECT c.id, c.post_id, c.parent_id, c.author_id, c.content, c.depth, (c.is_deleted OR p.is_deleted) AS is_deleted,
		        c.like_count, c.reply_count, c.version, c.created_at, c.updated_at
		   FROM comments c JOIN posts p ON p.id = c.post_id
		  WHERE c.id > ? ORDER BY c.id LIMIT ?`, after, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list comments after %d: %w", after, err)
	}
	comments := make([]content.Comment, len(rows))
	for i, r := range rows {
		comments[i] = toComment(r)
	}
	return comments, nil
}
