// Package contentapi reads content's current state, for rebuilds.
package contentapi

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
)

const (
	batchSize = 500
	instant   = "2006-01-02T15:04:05.000000Z"
)

// Content is what is asked; *contentrest.Client does.
type Content interface {
	ListPostStates(ctx context.Context, params contentrest.ListPostStatesParams, options ...rest.Option) (contentrest.PostStateBatch, error)
	ListCommentStates(ctx context.Context, params contentrest.ListCommentStatesParams, options ...rest.Option) (contentrest.CommentStateBatch, error)
}

// States implements search.Source with the fleet's own credential.
type States struct{ content Content }

// New asks content.
func New(content Content) *States { return &States{content: content} }

// ListPosts implements search.Source.
func (s *States) ListPosts(ctx context.Context, after search.PostID) (posts []search.Post, next search.PostID, err error) {
	from, limit := int64(after), batchSize
	batch, err := s.content.ListPostStates(ctx, contentrest.ListPostStatesParams{After: &from, Limit: &limit})
	if err != nil {
		return nil, 0, fmt.Errorf("list posts after %d: %w", after, err)
	}
	for _, state := range batch.Posts {
		post, err := toPost(state)
		if err != nil {
			return nil, 0, fmt.Errorf("read post %d: %w", state.ID, err)
		}
		posts = append(posts, post)
	}
	if batch.NextAfter != nil {
		next = search.PostID(*batch.NextAfter)
	}
	return posts, next, nil
}

// ListComments implements search.Source.
func (s *States) ListComments(ctx context.Context, after search.CommentID) (comments []search.Comment, next search.CommentID, err error) {
	from, limit := int64(after), batchSize
	batch, err := s.content.ListCommentStates(ctx, contentrest.ListCommentStatesParams{After: &from, Limit: &limit})
	if err != nil {
		return nil, 0, fmt.Errorf("list comments after %d: %w", after, err)
	}
	for _, state := range batch.Comments {
		comment, err := toComment(state)
		if err != nil {
			return nil, 0, fmt.Errorf("read comment %d: %w", state.ID, err)
		}
		comments = append(comments, comment)
	}
	if batch.NextAfter != nil {
		next = search.CommentID(*batch.NextAfter)
	}
	return comments, next, nil
}

func toPost(s contentrest.PostState) (search.Post, error) {
	created, updated, err := toTimes(s.CreatedAt, s.UpdatedAt)
	return search.Post{
		ID:        search.PostID(s.ID),
		Version:   s.Version,
		AuthorID:  search.MemberID(s.AuthorID),
		Title:     s.Title,
		Content:   s.Content,
		CreatedAt: created,
		UpdatedAt: updated,
		Deleted:   s.Deleted,
	}, err
}

func toComment(s contentrest.CommentState) (search.Comment, error) {
	created, updated, err := toTimes(s.CreatedAt, s.UpdatedAt)
	comment := search.Comment{
		ID:        search.CommentID(s.ID),
		Version:   s.Version,
		PostID:    search.PostID(s.PostID),
		Depth:     s.Depth,
		AuthorID:  search.MemberID(s.AuthorID),
		Content:   s.Content,
		CreatedAt: created,
		UpdatedAt: updated,
		Deleted:   s.Deleted,
	}
	if s.ParentID != nil {
		comment.ParentID = search.CommentID(*s.ParentID)
	}
	return comment, err
}

func toTimes(created, updated string) (c, u time.Time, err error) {
	if c, err = time.Parse(instant, created); err != nil {
		return c, u, err
	}
	u, err = time.Parse(instant, updated)
	return c, u, err
}
