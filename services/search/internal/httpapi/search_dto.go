package httpapi

import (
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
)

func toFoundPost(p search.FoundPost) searchrest.FoundPost {
	return searchrest.FoundPost{
		ID:              int64(p.ID),
		Title:           p.Title,
		Content:         p.Content,
		AuthorID:        int64(p.AuthorID),
		AuthorName:      p.AuthorName,
		AuthorHandle:    p.AuthorHandle,
		AuthorAvatarURL: p.AuthorAvatarURL,
		ViewCount:       p.ViewCount,
		LikeCount:       p.LikeCount,
		CommentCount:    p.CommentCount,
		Liked:           p.Liked,
		CreatedAt:       p.CreatedAt,
		UpdatedAt:       p.UpdatedAt,
		Highlight:       p.Highlight,
	}
}

func toCommentResult(c search.FoundComment, author Author) searchrest.CommentSearchResult {
	return searchrest.CommentSearchResult{
		PK:           int64(c.ID),
		ParentPK:     optionalID(c.ParentID),
		PostPK:       int64(c.PostID),
		Content:      c.Content,
		Author:       author.Name,
		AuthorID:     int64(c.AuthorID),
		AuthorHandle: author.Handle,
		Depth:        c.Depth,
		CreatedAt:    c.CreatedAt,
		UpdatedAt:    c.UpdatedAt,
		ReplyCount:   c.ReplyCount,
		Highlight:    c.Highlight,
	}
}

func optionalID(id search.CommentID) *int64 {
	if id == 0 {
		return nil
	}
	plain := int64(id)
	return &plain
}
