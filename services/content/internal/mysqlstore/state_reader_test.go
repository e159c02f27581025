package mysqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
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

func TestRepublishingStatesTheCurrentVersionsAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fresh, revised, gone := h.post(t, 1), h.post(t, 2), h.post(t, 3)
	comment := h.comment(t, 4, fresh.ID, 0)
	late := h.post(t, 5)
	_, err := h.posts.Revise(t.Context(), 2, revised.ID, content.PostText{Content: "고침"})
	require.NoError(t, err)
	require.NoError(t, h.posts.Delete(t.Context(), 3, gone.ID))

	again := new(ledger)
	job := content.NewRepublisher(h.store, h.store, again)
	posts, comments, err := job.Republish(t.Context(), fresh.CreatedAt, late.CreatedAt, 2)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1}, []int{posts, comments})
	require.Equal(t, content.PostFact{Change: content.Created, Actor: 1, At: fresh.CreatedAt, Post: fresh.Post}, again.facts[0])
	change := func(i int) (content.Change, int64) {
		fact, ok := again.facts[i].(content.PostFact)
		require.True(t, ok)
		return fact.Change, fact.Post.Version
	}
	kind, version := change(1)
	require.Equal(t, content.Revised, kind)
	require.EqualValues(t, 2, version)
	kind, _ = change(2)
	require.Equal(t, content.Deleted, kind)
	require.Equal(t, content.CommentFact{Change: content.Created, Actor: 4, At: comment.CreatedAt, Comment: comment.Comment}, again.facts[3])
}
