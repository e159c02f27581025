package httpapi

import (
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

const (
	defaultBatch = 500
	maxBatch     = 1000
	instant      = "2006-01-02T15:04:05.000000Z"
)

func (a *API) listPostStates(c *gin.Context) (httpserver.Reply, error) {
	after, limit, err := batchOf(c)
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
	after, limit, err := batchOf(c)
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

func batchOf(c *gin.Context) (after int64, limit int, err error) {
	var broken apierr.Violations
	after, ok := number(c, "after", 0)
	if !ok || after < 0 || after > httpserver.MaxID {
		broken.Add("after", "올바른 ID가 아닙니다", "must be an id or 0")
	}
	most, ok := number(c, "limit", defaultBatch)
	if !ok || most < 1 || most > maxBatch {
		broken.Add("limit", "1에서 1000 사이여야 합니다", "must be from 1 to 1000")
	}
	return after, int(most), broken.Err()
}

// number is the value of a parameter that is given at most once, in digits.
func number(c *gin.Context, name string, absent int64) (int64, bool) {
	values := c.QueryArray(name)
	switch {
	case len(values) == 0:
		return absent, true
	case len(values) > 1 || strings.HasPrefix(values[0], "+"):
		return 0, false
	}
	value, err := strconv.ParseInt(values[0], 10, 64)
	return value, err == nil
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
