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

// What is stated again is the fact that was stated first, so that it gets the same key
// and nobody counts it as another like.
func TestRepublishingStatesTheLikesThatStandAsTheyWereStated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	from := h.post(t, 1)
	comment := h.comment(t, 1, from.ID, 0)
	require.NoError(t, h.posts.Like(t.Context(), 7, from.ID))
	require.NoError(t, h.posts.Unlike(t.Context(), 7, from.ID))
	require.NoError(t, h.posts.Like(t.Context(), 8, from.ID))
	require.NoError(t, h.posts.Unlike(t.Context(), 8, from.ID))
	var want []content.Fact
	for member := content.MemberID(8); member <= 10; member++ {
		require.NoError(t, h.posts.Like(t.Context(), member, from.ID))
		want = append(want, h.ledger.last())
	}
	require.NoError(t, h.comments.Like(t.Context(), 7, comment.ID))
	require.NoError(t, h.comments.Unlike(t.Context(), 7, comment.ID))
	for member := content.MemberID(7); member <= 9; member++ {
		require.NoError(t, h.comments.Like(t.Context(), member, comment.ID))
		want = append(want, h.ledger.last())
	}
	late := h.post(t, 5)
	require.NoError(t, h.posts.Like(t.Context(), 11, from.ID))

	again := new(ledger)
	stated, err := content.NewRepublisher(h.store, h.store, again).Republish(t.Context(), from.CreatedAt, late.CreatedAt, 2)
	require.NoError(t, err)
	require.Equal(t, content.Restated{Posts: 1, Comments: 1, Likes: 6}, stated)
	require.Equal(t, want, again.facts[2:])
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
	stated, err := job.Republish(t.Context(), fresh.CreatedAt, late.CreatedAt, 2)
	require.NoError(t, err)
	require.Equal(t, content.Restated{Posts: 3, Comments: 1}, stated)
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
