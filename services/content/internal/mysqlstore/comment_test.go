package mysqlstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestRepliesGoToDepthTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	top := h.comment(t, 2, post.ID, 0)
	reply := h.comment(t, 3, post.ID, top.ID)
	deepest := h.comment(t, 4, post.ID, reply.ID)
	require.Equal(t, []int{0, 1, 2}, []int{top.Depth, reply.Depth, deepest.Depth})
	_, err := h.comments.Publish(t.Context(), 5, content.CommentDraft{PostID: post.ID, ParentID: deepest.ID, Content: "x"})
	requireCode(t, content.CodeCommentTooDeep, err)
	require.EqualValues(t, 3, h.counters(t, post.ID).Comments, "comments of every depth count")
	stored, err := h.store.FindComment(t.Context(), top.ID)
	require.NoError(t, err)
	require.EqualValues(t, 1, stored.ReplyCount, "only direct replies count")
}

func TestTheParentMustBeALiveCommentOnTheSamePost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post, other := h.post(t, 1), h.post(t, 1)
	elsewhere := h.comment(t, 1, other.ID, 0)
	gone := h.comment(t, 1, post.ID, 0)
	require.NoError(t, h.comments.Delete(t.Context(), 1, gone.ID))
	publish := func(parent content.CommentID) error {
		_, err := h.comments.Publish(t.Context(), 2, content.CommentDraft{PostID: post.ID, ParentID: parent, Content: "x"})
		return err
	}
	requireCode(t, content.CodeParentOnOtherPost, publish(elsewhere.ID))
	requireCode(t, content.CodeParentCommentNotFound, publish(gone.ID))
	requireCode(t, content.CodeParentCommentNotFound, publish(404))
}

func TestACommentHasAtMostAThousandCharacters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	for text, fails := range map[string]bool{strings.Repeat("글", 1000): false, strings.Repeat("글", 1001): true, "\u00a0": true} {
		_, err := h.comments.Publish(t.Context(), 1, content.CommentDraft{PostID: post.ID, Content: text})
		require.Equal(t, fails, apierr.HasCode(err, apierr.CodeValidationFailed), "%d characters: %v", len([]rune(text)), err)
	}
}

func TestOnlyTheAuthorChangesOrDeletesAComment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	comment := h.comment(t, 2, h.post(t, 1).ID, 0)
	_, err := h.comments.Revise(t.Context(), 1, comment.ID, "x")
	requireCode(t, content.CodeCommentNotModifiable, err)
	requireCode(t, content.CodeCommentNotDeletable, h.comments.Delete(t.Context(), 1, comment.ID))
	revised, err := h.comments.Revise(t.Context(), 2, comment.ID, "고침")
	require.NoError(t, err)
	require.EqualValues(t, 2, revised.Version)
	require.True(t, revised.UpdatedAt.After(revised.CreatedAt))
}

func TestDeletingACommentDeletesItsRepliesWithAFactForEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	top := h.comment(t, 2, post.ID, 0)
	kept := h.comment(t, 2, post.ID, 0)
	left, right := h.comment(t, 3, post.ID, top.ID), h.comment(t, 4, post.ID, top.ID)
	deepest := h.comment(t, 5, post.ID, right.ID)
	before := len(h.ledger.facts)
	require.NoError(t, h.comments.Delete(t.Context(), 2, top.ID))

	var deleted []content.CommentID
	for _, fact := range h.ledger.facts[before:] {
		f, ok := fact.(content.CommentFact)
		require.True(t, ok)
		require.Equal(t, content.Deleted, f.Change)
		require.EqualValues(t, 2, f.Actor, "it is who acted, not the author")
		require.EqualValues(t, 2, f.Comment.Version)
		deleted = append(deleted, f.Comment.ID)
	}
	require.ElementsMatch(t, []content.CommentID{top.ID, left.ID, right.ID, deepest.ID}, deleted)
	require.EqualValues(t, 1, h.counters(t, post.ID).Comments)
	stored, err := h.store.FindComment(t.Context(), kept.ID)
	require.NoError(t, err)
	require.False(t, stored.Deleted)
	requireCode(t, content.CodeCommentNotFound, h.comments.Like(t.Context(), 1, deepest.ID))
}

func TestDeletingAReplyIsCountedAtItsParent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	top := h.comment(t, 1, post.ID, 0)
	reply := h.comment(t, 2, post.ID, top.ID)
	require.NoError(t, h.comments.Delete(t.Context(), 2, reply.ID))
	stored, err := h.store.FindComment(t.Context(), top.ID)
	require.NoError(t, err)
	require.Zero(t, stored.ReplyCount)
}

func TestRecentActivityIsTheLatestOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	activity := func() time.Time {
		var at time.Time
		require.NoError(t, h.pool.DB(t.Context()).Raw("SELECT last_activity_at FROM post_stats WHERE post_id = ?", post.ID).Scan(&at).Error)
		return at
	}
	require.Equal(t, post.CreatedAt, activity())
	first := h.comment(t, 2, post.ID, 0)
	require.Equal(t, first.CreatedAt, activity())
	require.NoError(t, h.posts.Like(t.Context(), 3, post.ID))
	require.True(t, activity().After(first.CreatedAt))
	require.NoError(t, h.posts.Unlike(t.Context(), 3, post.ID))
	require.Equal(t, first.CreatedAt, activity(), "a like that was taken back is no activity")
	require.NoError(t, h.comments.Delete(t.Context(), 2, first.ID))
	require.Equal(t, post.CreatedAt, activity())
}

// Replies are written and threads deleted at once: whatever the order, nothing
// deadlocks for good and the counters are those of the live rows.
func TestDeletingAndAnsweringAtOnceKeepsTheCountersExact(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	var tops []content.CommentID
	for range 8 {
		tops = append(tops, h.comment(t, 1, post.ID, 0).ID)
	}
	errs := together(64, func(i int) error {
		top := tops[i%len(tops)]
		if i >= 48 {
			err := h.comments.Delete(t.Context(), 1, top)
			if apierr.HasCode(err, content.CodeCommentNotFound) {
				return nil
			}
			return err
		}
		_, err := h.comments.Publish(t.Context(), 2, content.CommentDraft{PostID: post.ID, ParentID: top, Content: "답"})
		if apierr.HasCode(err, content.CodeParentCommentNotFound) {
			return nil
		}
		return err
	})
	require.Equal(t, 64, succeeded(errs), "%v", errs)
	live := h.count(t, "SELECT COUNT(*) FROM comments WHERE post_id = ? AND is_deleted = FALSE", post.ID)
	require.Equal(t, live, h.counters(t, post.ID).Comments)
	orphans := h.count(t, "SELECT COUNT(*) FROM comments c JOIN comments p ON p.id = c.parent_id WHERE c.is_deleted = FALSE AND p.is_deleted = TRUE")
	require.Zero(t, orphans, "no live reply to a deleted comment")
}
