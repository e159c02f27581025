package httpapi

import (
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func (a *API) toComment(comment timeline.CommentView) timelinerest.Comment {
	author := toByline(comment.Author)
	return timelinerest.Comment{
		ID:              int64(comment.ID),
		Liked:           comment.Liked,
		Content:         comment.Content,
		AuthorID:        int64(comment.AuthorID),
		AuthorName:      author.name,
		AuthorHandle:    author.handle,
		AuthorAvatarURL: author.avatarURL,
		PostID:          int64(comment.PostID),
		ParentID:        toParentID(comment.ParentID),
		Depth:           comment.Depth,
		LikeCount:       comment.LikeCount,
		ReplyCount:      comment.ReplyCount,
		CreatedAt:       a.Zone.Dashed(comment.CreatedAt),
		UpdatedAt:       a.Zone.Dashed(comment.UpdatedAt),
	}
}

func toParentID(id timeline.CommentID) *int64 {
	if id == 0 {
		return nil
	}
	plain := int64(id)
	return &plain
}
