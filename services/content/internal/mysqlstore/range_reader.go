package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

var _ content.RangeReader = (*Store)(nil)

// PostsBetween implements content.RangeReader. It walks the primary key: the
// job runs once in a while, and must not miss a row.
func (s *Store) PostsBetween(ctx context.Context, from, to time.Time, after content.PostID, limit int) ([]content.Post, error) {
	var rows []postRow
	err := s.pool.DB(ctx).Raw(
		`SELECT id, title, content, author_id, is_deleted, version, created_at, updated_at
		   FROM posts WHERE id > ? AND created_at >= ? AND created_at < ? ORDER BY id LIMIT ?`,
		after, from.UTC(), to.UTC(), limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list posts between %s and %s: %w", from, to, err)
	}
	posts := make([]content.Post, len(rows))
	for i, r := range rows {
		posts[i] = toPost(r)
	}
	return posts, nil
}

// CommentsBetween implements content.RangeReader.
func (s *Store) CommentsBetween(ctx context.Context, from, to time.Time, after content.CommentID, limit int) ([]content.Comment, error) {
	var rows []commentRow
	err := s.pool.DB(ctx).Raw(
		"SELECT "+commentColumns+" FROM comments WHERE id > ? AND created_at >= ? AND created_at < ? ORDER BY id LIMIT ?",
		after, from.UTC(), to.UTC(), limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list comments between %s and %s: %w", from, to, err)
	}
	comments := make([]content.Comment, len(rows))
	for i, r := range rows {
		comments[i] = toComment(r)
	}
	return comments, nil
}
