package mysqlreader_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func TestACommentIsReadWithTheViewersLike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.AddPosts(t, contenttest.Post{ID: 7, Author: 1, CreatedAt: now})
	h.AddComments(t, contenttest.Comment{
		ID: 31, Post: 7, Parent: 30, Author: 42, Depth: 1, Content: "글", CreatedAt: now, UpdatedAt: now.Add(time.Hour), Likes: 3, Replies: 2,
	})
	h.LikeComment(t, 31, 1, now)
	found, err := h.reader.FindComment(t.Context(), 1, 31)
	require.NoError(t, err)
	require.Equal(t, timeline.Comment{
		ID: 31, PostID: 7, ParentID: 30, Depth: 1, AuthorID: 42, Content: "글", CreatedAt: now, UpdatedAt: now.Add(time.Hour),
		LikeCount: 3, ReplyCount: 2, Liked: true,
	}, found)
	other, err := h.reader.FindComment(t.Context(), 2, 31)
	require.NoError(t, err)
	require.False(t, other.Liked)
}

// thread is comments on posts 1, 2 and 3 with many ties of time; post 3 is deleted.
func (h house) thread(t *testing.T) []contenttest.Comment {
	t.Helper()
	h.AddPosts(t,
		contenttest.Post{ID: 1, Author: 1, CreatedAt: now}, contenttest.Post{ID: 2, Author: 1, CreatedAt: now},
		contenttest.Post{ID: 3, Author: 1, CreatedAt: now, Deleted: true})
	random := rand.New(rand.NewPCG(3, 4))
	comments := make([]contenttest.Comment, 200)
	for i := range comments {
		comments[i] = contenttest.Comment{
			ID: int64(i + 1), Post: int64(random.IntN(3) + 1), Author: int64(random.IntN(3) + 1),
			CreatedAt: now.Add(time.Duration(random.IntN(20)) * time.Minute), Deleted: random.IntN(8) == 0,
		}
		if parent := random.IntN(4); parent > 0 && i > 10 {
			comments[i].Parent, comments[i].Depth = int64(parent), 1
		}
	}
	h.AddComments(t, comments...)
	return comments
}

func commentsWhere(comments []contenttest.Comment, match func(contenttest.Comment) bool) []int64 {
	var chosen []contenttest.Comment
	for _, c := range comments {
		if !c.Deleted && match(c) {
			chosen = append(chosen, c)
		}
	}
	slices.SortFunc(chosen, func(a, b contenttest.Comment) int {
		return timeline.Key{At: a.CreatedAt, ID: a.ID}.Compare(timeline.Key{At: b.CreatedAt, ID: b.ID})
	})
	ids := make([]int64, len(chosen))
	for i, c := range chosen {
		ids[i] = c.ID
	}
	return ids
}

func TestCommentsOfAMemberAreListedNewestFirstWithoutThoseOfDeletedPosts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	comments := h.thread(t)
	by2 := list[timeline.Comment]{idOf: commentID, keyOf: commentKey, fetch: func(s timeline.Slice) ([]timeline.Comment, error) {
		return h.reader.ListCommentsBy(t.Context(), 1, 2, s)
	}}
	wanted := commentsWhere(comments, func(c contenttest.Comment) bool { return c.Author == 2 && c.Post != 3 })
	slices.Reverse(wanted)
	by2.requireBoth(t, wanted, 5)
	for _, c := range comments {
		if c.Post == 3 {
			_, err := h.reader.FindComment(t.Context(), 1, timeline.CommentID(c.ID))
			require.ErrorIs(t, err, timeline.ErrAbsent, "comment %d of a deleted post", c.ID)
		}
	}
}

func TestAnswersAreListedOldestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	comments := h.thread(t)
	for _, parent := range []int64{0, 1} { // top level, and replies
		answers := list[timeline.Comment]{idOf: commentID, keyOf: commentKey, fetch: func(s timeline.Slice) ([]timeline.Comment, error) {
			return h.reader.ListAnswers(t.Context(), 1, 2, timeline.CommentID(parent), s)
		}}
		answers.requireBoth(t, commentsWhere(comments, func(c contenttest.Comment) bool { return c.Post == 2 && c.Parent == parent }), 5)
	}
}
