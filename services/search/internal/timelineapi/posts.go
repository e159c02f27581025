package timelineapi

import (
	"context"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// PostFinder reads posts of timeline; *timelinerest.Client does.
type PostFinder interface {
	FindPosts(ctx context.Context, body timelinerest.FindPostsRequest, options ...rest.Option) ([]timelinerest.Post, error)
}

// Posts implements search.LivePosts with the token of the caller.
type Posts struct{ timeline PostFinder }

// NewPosts asks timeline.
func NewPosts(timeline PostFinder) *Posts { return &Posts{timeline: timeline} }

// FindPosts implements search.LivePosts.
func (p *Posts) FindPosts(ctx context.Context, ids []search.PostID) ([]search.LivePost, error) {
	found, err := p.timeline.FindPosts(ctx, timelinerest.FindPostsRequest{IDs: plain(ids)}, rest.Reads())
	if err != nil {
		return nil, serviceclient.Failure(err)
	}
	posts := make([]search.LivePost, len(found))
	for i, f := range found {
		posts[i] = toPost(f)
	}
	return posts, nil
}

func toPost(p timelinerest.Post) search.LivePost {
	return search.LivePost{
		ID:              search.PostID(p.ID),
		Title:           p.Title,
		Content:         p.Content,
		AuthorID:        search.MemberID(p.AuthorID),
		AuthorName:      p.AuthorName,
		AuthorHandle:    p.AuthorHandle,
		AuthorAvatarURL: p.AuthorAvatarURL,
		ViewCount:       p.ViewCount,
		LikeCount:       p.LikeCount,
		CommentCount:    p.CommentCount,
		Liked:           p.Liked,
		CreatedAt:       p.CreatedAt,
		UpdatedAt:       p.UpdatedAt,
	}
}

func plain[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
