package mysqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

const commentColumns = "id, post_id, parent_id, author_id, content, depth, is_deleted, like_count, reply_count, version, created_at, updated_at"

// statementIDs bounds the ids in one statement.
const statementIDs = 1000

// AddComment implements content.CommentStore.
func (s *Store) AddComment(ctx context.Context, comment content.Comment) (content.CommentID, error) {
	r := fromComment(comment)
	id, err := s.pool.Insert(ctx,
		"INSERT INTO comments (post_id, parent_id, author_id, content, depth, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		r.PostID, r.ParentID, r.AuthorID, r.Content, r.Depth, r.Version, r.CreatedAt, r.UpdatedAt)
	if err != nil {
		return 0, fmt.Errorf("add comment to post %d: %w", r.PostID, err)
	}
	return content.CommentID(id), nil
}

// FindComment implements content.CommentStore.
func (s *Store) FindComment(ctx context.Context, id content.CommentID) (content.Comment, error) {
	found, err := s.selectComments(ctx, "id = ?", id)
	if err != nil {
		return content.Comment{}, fmt.Errorf("find comment %d: %w", id, err)
	}
	if len(found) == 0 {
		return content.Comment{}, fmt.Errorf("find comment %d: %w", id, content.ErrAbsent)
	}
	return found[0], nil
}

// LockComments implements content.CommentStore.
func (s *Store) LockComments(ctx context.Context, ids ...content.CommentID) ([]content.Comment, error) {
	found, err := s.selectComments(ctx, "id IN ? ORDER BY id FOR UPDATE", ids)
	if err != nil {
		return nil, fmt.Errorf("lock comments %v: %w", ids, err)
	}
	return found, nil
}

// LockReplies implements content.CommentStore.
func (s *Store) LockReplies(ctx context.Context, parents []content.CommentID) ([]content.Comment, error) {
	var all []content.Comment
	for chunk := range slices.Chunk(parents, statementIDs) {
		found, err := s.selectComments(ctx, "parent_id IN ? AND is_deleted = FALSE ORDER BY id FOR UPDATE", chunk)
		if err != nil {
			return nil, fmt.Errorf("lock replies: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func (s *Store) selectComments(ctx context.Context, where string, arg any) ([]content.Comment, error) {
	var rows []commentRow
	if err := s.pool.DB(ctx).Raw("SELECT "+commentColumns+" FROM comments WHERE "+where, arg).Scan(&rows).Error; err != nil {
		return nil, err
	}
	found := make([]content.Comment, len(rows))
	for i, r := range rows {
		found[i] = toComment(r)
	}
	return found, nil
}

// UpdateComment implements content.CommentStore.
func (s *Store) UpdateComment(ctx context.Context, comment content.Comment) error {
	r := fromComment(comment)
	err := s.pool.DB(ctx).Exec("UPDATE comments SET content = ?, version = ?, updated_at = ? WHERE id = ?",
		r.Content, r.Version, r.UpdatedAt, r.ID).Error
	if err != nil {
		return fmt.Errorf("update comment %d: %w", r.ID, err)
	}
	return nil
}

// DeleteComments implements content.CommentStore.
func (s *Store) DeleteComments(ctx context.Context, ids []content.CommentID) error {
	for chunk := range slices.Chunk(ids, statementIDs) {
		err := s.pool.DB(ctx).Exec("UPDATE comments SET is_deleted = TRUE, version = version + 1 WHERE id IN ?", chunk).Error
		if err != nil {
			return fmt.Errorf("delete %d comments: %w", len(ids), err)
		}
	}
	return nil
}

// AddReplies implements content.CommentStore.
func (s *Store) AddReplies(ctx context.Context, id content.CommentID, delta int64) error {
	err := s.pool.DB(ctx).Exec("UPDATE comments SET reply_count = reply_count + ? WHERE id = ?", delta, id).Error
	if err != nil {
		return fmt.Errorf("count replies of comment %d: %w", id, err)
	}
	return nil
}

// AddCommentLikes implements content.CommentStore.
func (s *Store) AddCommentLikes(ctx context.Context, id content.CommentID, delta int64) error {
	updated := s.pool.DB(ctx).Exec("UPDATE comments SET like_count = like_count + ? WHERE id = ? AND is_deleted = FALSE", delta, id)
	if updated.Error != nil {
		return fmt.Errorf("count likes of comment %d: %w", id, updated.Error)
	}
	if updated.RowsAffected == 0 {
		return fmt.Errorf("count likes of comment %d: %w", id, content.ErrAbsent)
	}
	return nil
}
