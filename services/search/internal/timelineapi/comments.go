package timelineapi

import (
	"context"
	"net/http"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// PathFindComments is timeline's endpoint for the fleet: comments by their ids,
// in any order; those that are deleted, or whose posts are, are left out.
const PathFindComments = "/internal/comments/query/list"

// FindCommentsRequest is its body: at most 100 ids.
type FindCommentsRequest struct {
	IDs []int64 `json:"ids"`
}

// Comments implements search.LiveComments with the fleet's own credential.
type Comments struct{ caller *rest.Caller }

// NewComments asks timeline at url, as internalToken's holder.
func NewComments(url string, doer rest.Doer, internalToken string) *Comments {
	return &Comments{caller: rest.NewCaller(url, doer, rest.InternalToken(internalToken))}
}

// FindComments implements search.LiveComments.
func (c *Comments) FindComments(ctx context.Context, ids []search.CommentID) ([]search.LiveComment, error) {
	found, err := rest.Call[[]timelinerest.Comment](ctx, c.caller, rest.Request{
		Method: http.MethodPost, Path: PathFindComments, Body: FindCommentsRequest{IDs: plain(ids)},
	}, rest.Reads())
	if err != nil {
		return nil, serviceclient.Failure(err)
	}
	comments := make([]search.LiveComment, len(found))
	for i, f := range found {
		comments[i] = toComment(f)
	}
	return comments, nil
}

func toComment(c timelinerest.Comment) search.LiveComment {
	comment := search.LiveComment{
		ID:         search.CommentID(c.ID),
		PostID:     search.PostID(c.PostID),
		Depth:      c.Depth,
		Content:    c.Content,
		AuthorID:   search.MemberID(c.AuthorID),
		LikeCount:  c.LikeCount,
		ReplyCount: c.ReplyCount,
		CreatedAt:  c.CreatedAt,
		UpdatedAt:  c.UpdatedAt,
	}
	if c.ParentID != nil {
		comment.ParentID = search.CommentID(*c.ParentID)
	}
	return comment
}
