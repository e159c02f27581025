package httpapi

import (
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

func fromWritePost(request contentrest.WritePostRequest) content.PostText {
	return content.PostText{Title: request.Title, Content: request.Content}
}

func (a *API) toPost(post content.PostView, author Author) contentrest.Post {
	return contentrest.Post{
		ID:              int64(post.ID),
		Title:           post.Title,
		Content:         post.Content,
		AuthorID:        int64(post.AuthorID),
		AuthorName:      author.Name,
		AuthorHandle:    author.Handle,
		AuthorAvatarURL: author.AvatarURL,
		ViewCount:       post.Views,
		LikeCount:       post.Likes,
		CommentCount:    post.PostCounters.Comments,
		Liked:           post.Liked,
		CreatedAt:       a.Zone.Spaced(post.CreatedAt),
		UpdatedAt:       a.Zone.Spaced(post.UpdatedAt),
	}
}
