package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// first is the newest post of the person's home feed.
func (p *person) first(t *testing.T) timelinerest.Post {
	t.Helper()
	page, err := p.timeline.ListFollowingPosts(t.Context(), timelinerest.ListFollowingPostsParams{})
	require.NoError(t, err)
	require.NotEmpty(t, page.Content)
	return page.Content[0]
}

// Home pages are made of stored posts: what anybody writes about them is in the
// next read of whoever reads, on any replica.
func TestAStoredPageShowsEachChangeInTheNextRead(t *testing.T) {
	t.Parallel()
	author, reader, other := someone(t), someone(t), someone(t)
	reader.follow(t, author)
	other.follow(t, author)
	post := author.post(t, "저장된 글")
	within(t, 10*time.Second, "the post is in both feeds", func() bool { return len(reader.feed(t)) == 1 && len(other.feed(t)) == 1 })
	for range 4 { // on both replicas
		reader.feed(t)
		other.feed(t)
	}

	_, err := reader.content.LikePost(t.Context(), post.ID)
	require.NoError(t, err)
	require.Equal(t, []any{true, int64(1)}, []any{reader.first(t).Liked, reader.first(t).LikeCount})
	require.Equal(t, []any{false, int64(1)}, []any{other.first(t).Liked, other.first(t).LikeCount})

	_, err = other.content.CreateComment(t.Context(), contentrest.CreateCommentRequest{Content: "댓글", PostID: post.ID})
	require.NoError(t, err)
	require.EqualValues(t, 1, reader.first(t).CommentCount)

	_, err = author.content.UpdatePost(t.Context(), post.ID, contentrest.WritePostRequest{Content: "고친 글"})
	require.NoError(t, err)
	require.Equal(t, "고친 글", reader.first(t).Content)

	_, err = reader.content.UnlikePost(t.Context(), post.ID)
	require.NoError(t, err)
	require.Equal(t, []any{false, int64(0)}, []any{reader.first(t).Liked, other.first(t).LikeCount})

	_, err = author.content.DeletePost(t.Context(), post.ID)
	require.NoError(t, err)
	require.Empty(t, reader.feed(t))
	require.Empty(t, other.feed(t))
}
