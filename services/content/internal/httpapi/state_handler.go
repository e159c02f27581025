package httpapi

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

const instant = "2006-01-02T15:04:05.000000Z"

func (a *API) listPostStates(c *gin.Context) (httpserver.Reply, error) {
	after, limit, err := httpserver.Portion(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	states, err := a.States.ListPosts(c.Request.Context(), content.PostID(after), limit)
	if err != nil {
		return httpserver.Reply{}, err
	}
	batch := contentrest.PostStateBatch{Posts: make([]contentrest.PostState, len(states))}
	for i, state := range states {
		batch.Posts[i] = toPostState(state)
	}
	if len(states) == limit {
		batch.NextAfter = &batch.Posts[limit-1].ID
	}
	return httpserver.OK(batch), nil
}

func (a *API) listCommentStates(c *gin.Context) (httpserver.Reply, error) {
	after, limit, err := httpserver.Portion(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	comments, err := a.States.ListComments(c.Request.Context(), content.CommentID(after), limit)
	if err != nil {
		return httpserver.Reply{}, err
	}
	batch := contentrest.CommentStateBatch{Comments: make([]contentrest.CommentState, len(comments))}
	for i, comment := range comments {
		batch.Comments[i] = toCommentState(comment)
	}
	if len(comments) == limit {
		batch.NextAfter = &batch.Comments[limit-1].ID
	}
	return httpserver.OK(batch), nil
}

func toPostState(s content.PostState) contentrest.PostState {
	return contentrest.PostState{
		ID:             int64(s.ID),
		Version:        s.Version,
		Title:          s.Title,
		Content:        s.Content,
		AuthorID:       int64(s.AuthorID),
		ViewCount:      s.Views,
		LikeCount:      s.Likes,
		CommentCount:   s.PostCounters.Comments,
		Deleted:        s.Deleted,
		CreatedAt:      toInstant(s.CreatedAt),
		UpdatedAt:      toInstant(s.UpdatedAt),
		LastActivityAt: toInstant(s.LastActivityAt),
	}
}

func toCommentState(c content.Comment) contentrest.CommentState {
	return contentrest.CommentState{
		ID:         int64(c.ID),
		Version:    c.Version,
		PostID:     int64(c.PostID),
		ParentID:   optionalID(c.ParentID),
		Depth:      c.Depth,
		Content:    c.Content,
		AuthorID:   int64(c.AuthorID),
		LikeCount:  c.LikeCount,
		ReplyCount: c.ReplyCount,
		Deleted:    c.Deleted,
		CreatedAt:  toInstant(c.CreatedAt),
		UpdatedAt:  toInstant(c.UpdatedAt),
	}
}

func toInstant(t time.Time) string { return t.UTC().Format(instant) }
