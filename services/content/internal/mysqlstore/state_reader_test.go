package mysqlstore_test

import (
	"testing"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/stretchr/testify/require"
)

func TestStatesAreListedByIdWithWhatIsDeleted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kept, gone := h.post(t, 1), h.post(t, 2)
	comment, hidden := h.comment(t, 3, kept.ID, 0), h.comment(t, 3, gone.ID, 0)
	require.NoError(t, h.posts.Like(t.Context(), 4, kept.ID))
	require.NoError(t, h.posts.Delete(t.Context(), 2, gone.ID))

	posts, err := h.store.ListPosts(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, posts, 2)
	require.Equal(t, kept.Post, posts[0].Post)
	require.Equal(t, content.PostCounters{Likes: 1, Comments: 1}, posts[0].PostCounters)
	require.True(t, posts[0].LastActivityAt.After(comment.CreatedAt))
	require.True(t, posts[1].Deleted)

	comments, err := h.store.ListComments(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Equal(t, comment.Comment, comments[0])
	require.Equal(t, hidden.ID, comments[1].ID)
	require.True(t, comments[1].Deleted, "its post is deleted")
	rest, err := h.store.ListPosts(t.Context(), kept.ID, 1)
	require.NoError(t, err)
	require.Equal(t, gone.ID, rest[0].ID)
}
