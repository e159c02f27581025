package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// likeTable names the tables and the column of one kind of like.
type likeTable struct{ likes, cancels, target, unique string }

var (
	postLikes    = likeTable{"post_likes", "post_like_cancels", "post_id", "uq_post_likes"}
	commentLikes = likeTable{"comment_likes", "comment_like_cancels", "comment_id", "uq_comment_likes"}
)

// AddPostLike implements content.LikeStore.
func (s *Store) AddPostLike(ctx context.Context, post content.PostID, member content.MemberID, at time.Time) (int64, error) {
	return s.addLike(ctx, postLikes, int64(post), member, at)
}

// RemovePostLike implements content.LikeStore.
func (s *Store) RemovePostLike(ctx context.Context, post content.PostID, member content.MemberID) (int64, error) {
	return s.removeLike(ctx, postLikes, int64(post), member)
}

// AddCommentLike implements content.LikeStore.
func (s *Store) AddCommentLike(ctx context.Context, comment content.CommentID, member content.MemberID, at time.Time) (int64, error) {
	return s.addLike(ctx, commentLikes, int64(comment), member, at)
}

// RemoveCommentLike implements content.LikeStore.
func (s *Store) RemoveCommentLike(ctx context.Context, comment content.CommentID, member content.MemberID) (int64, error) {
	return s.removeLike(ctx, commentLikes, int64(comment), member)
}

// HasLikedComment implements content.LikeStore.
func (s *Store) HasLikedComment(ctx context.Context, comment content.CommentID, member content.MemberID) (bool, error) {
	var liked bool
	err := s.pool.DB(ctx).Raw("SELECT EXISTS (SELECT 1 FROM comment_likes WHERE comment_id = ? AND member_id = ?)", comment, member).
		Scan(&liked).Error
	if err != nil {
		return false, fmt.Errorf("find like of comment %d by member %d: %w", comment, member, err)
	}
	return liked, nil
}

// addLike inserts first: the unique key makes it wait for a cancel of the same
// pair, whose version it can then read.
func (s *Store) addLike(ctx context.Context, t likeTable, target int64, member content.MemberID, at time.Time) (int64, error) {
	_, err := s.pool.Insert(ctx,
		"INSERT INTO "+t.likes+" ("+t.target+", member_id, created_at, updated_at) VALUES (?, ?, ?, ?)", target, member, at, at)
	if mysql.IsDuplicate(err, t.unique) {
		return 0, fmt.Errorf("add %s %d of member %d: %w", t.likes, target, member, content.ErrPresent)
	}
	if err != nil {
		return 0, fmt.Errorf("add %s %d of member %d: %w", t.likes, target, member, err)
	}
	cancelled, err := s.cancelVersion(ctx, t, target, member)
	return cancelled + 1, err
}

func (s *Store) removeLike(ctx context.Context, t likeTable, target int64, member content.MemberID) (int64, error) {
	deleted := s.pool.DB(ctx).Exec("DELETE FROM "+t.likes+" WHERE "+t.target+" = ? AND member_id = ?", target, member)
	if deleted.Error != nil {
		return 0, fmt.Errorf("remove %s %d of member %d: %w", t.likes, target, member, deleted.Error)
	}
	if deleted.RowsAffected == 0 {
		return 0, fmt.Errorf("remove %s %d of member %d: %w", t.likes, target, member, content.ErrAbsent)
	}
	err := s.pool.DB(ctx).Exec("INSERT INTO "+t.cancels+" ("+t.target+", member_id, version) VALUES (?, ?, 2) ON DUPLICATE KEY UPDATE version = version + 2",
		target, member).Error
	if err != nil {
		return 0, fmt.Errorf("remember cancel in %s %d of member %d: %w", t.cancels, target, member, err)
	}
	return s.cancelVersion(ctx, t, target, member)
}

func (s *Store) cancelVersion(ctx context.Context, t likeTable, target int64, member content.MemberID) (int64, error) {
	var version int64
	err := s.pool.DB(ctx).Raw("SELECT version FROM "+t.cancels+" WHERE "+t.target+" = ? AND member_id = ?", target, member).
		Scan(&version).Error
	if err != nil {
		return 0, fmt.Errorf("find version in %s %d of member %d: %w", t.cancels, target, member, err)
	}
	return version, nil
}
