package mysqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

func TestAMemberLikesAPostOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	require.NoError(t, h.posts.Like(t.Context(), 1, post.ID), "liking one's own is allowed")
	requireCode(t, content.CodePostLiked, h.posts.Like(t.Context(), 1, post.ID))
	require.EqualValues(t, 1, h.counters(t, post.ID).Likes)
	require.NoError(t, h.posts.Unlike(t.Context(), 1, post.ID))
	requireCode(t, content.CodePostNotLiked, h.posts.Unlike(t.Context(), 1, post.ID))
	require.Zero(t, h.counters(t, post.ID).Likes)
}

func TestTheVersionOfALikeOutlivesTheLike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	comment := h.comment(t, 1, post.ID, 0)
	for version := int64(1); version <= 5; version += 2 {
		require.NoError(t, h.posts.Like(t.Context(), 9, post.ID))
		requireLike(t, h, content.LikeFact{Liked: true, Actor: 9, PostID: post.ID, Version: version})
		require.NoError(t, h.posts.Unlike(t.Context(), 9, post.ID))
		requireLike(t, h, content.LikeFact{Actor: 9, PostID: post.ID, Version: version + 1})
		require.NoError(t, h.comments.Like(t.Context(), 9, comment.ID))
		requireLike(t, h, content.LikeFact{Liked: true, Actor: 9, PostID: post.ID, CommentID: comment.ID, Version: version})
		require.NoError(t, h.comments.Unlike(t.Context(), 9, comment.ID))
		requireLike(t, h, content.LikeFact{Actor: 9, PostID: post.ID, CommentID: comment.ID, Version: version + 1})
	}
}

func requireLike(t *testing.T, h house, want content.LikeFact) {
	t.Helper()
	got, ok := h.ledger.last().(content.LikeFact)
	require.True(t, ok)
	want.At = got.At
	require.Equal(t, want, got)
}

func TestManyLikesOfOneMemberAtOnceAreOneLike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	comment := h.comment(t, 1, post.ID, 0)
	const n = 40
	errs := together(n, func(int) error { return h.posts.Like(t.Context(), 5, post.ID) })
	require.Equal(t, 1, succeeded(errs), "%v", errs)
	errs = together(n, func(int) error { return h.comments.Like(t.Context(), 5, comment.ID) })
	require.Equal(t, 1, succeeded(errs), "%v", errs)
	require.EqualValues(t, 1, h.counters(t, post.ID).Likes)
}

// Members like, take back and like again at once; afterwards each counter is
// the number of rows that it counts.
func TestCountersEqualTheRowsAfterATurmoil(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	comment := h.comment(t, 1, post.ID, 0)
	errs := together(60, func(i int) error {
		member := content.MemberID(i%12 + 1)
		for range 5 {
			_ = h.posts.Like(t.Context(), member, post.ID)
			_ = h.comments.Like(t.Context(), member, comment.ID)
			if _, err := h.comments.Publish(t.Context(), member, content.CommentDraft{PostID: post.ID, ParentID: comment.ID, Content: "답글"}); err != nil {
				return err
			}
			if i%2 == 0 {
				_ = h.posts.Unlike(t.Context(), member, post.ID)
				_ = h.comments.Unlike(t.Context(), member, comment.ID)
			}
		}
		return nil
	})
	require.Equal(t, 60, succeeded(errs), "%v", errs)
	counters := h.counters(t, post.ID)
	require.Equal(t, h.count(t, "SELECT COUNT(*) FROM post_likes WHERE post_id = ?", post.ID), counters.Likes)
	require.Equal(t, h.count(t, "SELECT COUNT(*) FROM comments WHERE post_id = ? AND is_deleted = FALSE", post.ID), counters.Comments)
	require.EqualValues(t, 301, counters.Comments)
	stored, err := h.store.FindComment(t.Context(), comment.ID)
	require.NoError(t, err)
	require.Equal(t, h.count(t, "SELECT COUNT(*) FROM comment_likes WHERE comment_id = ?", comment.ID), stored.LikeCount)
	require.EqualValues(t, 300, stored.ReplyCount)
}
