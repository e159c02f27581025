package httpapi

import (
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func fromCreateComment(request contentrest.CreateCommentRequest) (content.CommentDraft, error) {
	var broken apierr.Violations
	content.CheckText(&broken, request.Content)
	checkID(&broken, "postId", request.PostID)
	draft := content.CommentDraft{PostID: content.PostID(request.PostID), Content: request.Content}
	if request.ParentID != nil {
		checkID(&broken, "parentId", *request.ParentID)
		draft.ParentID = content.CommentID(*request.ParentID)
	}
	return draft, broken.Err()
}

func fromCreateReply(request contentrest.CreateReplyRequest) (content.CommentDraft, error) {
	var broken apierr.Violations
	content.CheckText(&broken, request.Content)
	checkID(&broken, "postId", request.PostID)
	checkID(&broken, "parentId", request.ParentID)
	return content.CommentDraft{
		PostID: content.PostID(request.PostID), ParentID: content.CommentID(request.ParentID), Content: request.Content,
	}, broken.Err()
}

func checkID(broken *apierr.Violations, field string, id int64) {
	if id < 1 || id > httpserver.MaxID {
		broken.Add(field, "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
	}
}

func (a *API) toComment(comment content.CommentView, author Author) contentrest.Comment {
	return contentrest.Comment{
		ID:              int64(comment.ID),
		Liked:           comment.Liked,
		Content:         comment.Content,
		AuthorID:        int64(comment.AuthorID),
		AuthorName:      author.Name,
		AuthorHandle:    author.Handle,
		AuthorAvatarURL: author.AvatarURL,
		PostID:          int64(comment.PostID),
		ParentID:        optionalID(comment.ParentID),
		Depth:           comment.Depth,
		LikeCount:       comment.LikeCount,
		ReplyCount:      comment.ReplyCount,
		CreatedAt:       a.Zone.Dashed(comment.CreatedAt),
		UpdatedAt:       a.Zone.Dashed(comment.UpdatedAt),
	}
}

func optionalID(id content.CommentID) *int64 {
	if id == 0 {
		return nil
	}
	plain := int64(id)
	return &plain
}
