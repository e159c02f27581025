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

type standingLikeRow struct {
	ID        content.LikeID
	PostID    content.PostID
	CommentID content.CommentID
	MemberID  content.MemberID
	Version   int64
	CreatedAt time.Time
}

// likesBetween are the queries of LikesBetween. The version of a like that stands is
// one more than that of the cancel before it.
var likesBetween = map[content.Liked]string{
	content.LikedPost: `SELECT l.id, l.post_id, 0 AS comment_id, l.member_id, COALESCE(c.version, 0) + 1 AS version, l.created_at
		   FROM post_likes l LEFT JOIN post_like_cancels c ON c.post_id = l.post_id AND c.member_id = l.member_id
		  WHERE l.id > ? AND l.created_at >= ? AND l.created_at < ? ORDER BY l.id LIMIT ?`,
	content.LikedComment: `SELECT l.id, t.post_id, l.comment_id, l.member_id, COALESCE(c.version, 0) + 1 AS version, l.created_at
		   FROM comment_likes l JOIN comments t ON t.id = l.comment_id
		   LEFT JOIN comment_like_cancels c ON c.comment_id = l.comment_id AND c.member_id = l.member_id
		  WHERE l.id > ? AND l.created_at >= ? AND l.created_at < ? ORDER BY l.id LIMIT ?`,
}

// LikesBetween implements content.RangeReader.
func (s *Store) LikesBetween(ctx context.Context, of content.Liked, from, to time.Time, after content.LikeID, limit int) ([]content.Like, error) {
	var rows []standingLikeRow
	if err := s.pool.DB(ctx).Raw(likesBetween[of], after, from.UTC(), to.UTC(), limit).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list likes between %s and %s: %w", from, to, err)
	}
	likes := make([]content.Like, len(rows))
	for i, r := range rows {
		likes[i] = toStandingLike(r)
	}
	return likes, nil
}

func toStandingLike(r standingLikeRow) content.Like {
	return content.Like{ID: r.ID, Fact: content.LikeFact{
		Liked: true, Actor: r.MemberID, At: r.CreatedAt, PostID: r.PostID, CommentID: r.CommentID, Version: r.Version,
	}}
}
