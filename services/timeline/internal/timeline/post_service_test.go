package timeline_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func postsOf(authors book, posts ...timeline.Post) *timeline.PostService {
	s := &shelf{posts: map[timeline.PostID]timeline.Post{}}
	for _, post := range posts {
		s.posts[post.ID] = post
	}
	return timeline.NewPostService(s, authors, clock)
}

func TestAReadCountsUnlessItIsTheAuthors(t *testing.T) {
	t.Parallel()
	posts := postsOf(nil, timeline.Post{ID: 7, AuthorID: 42, PostCounters: timeline.PostCounters{Views: 10}})
	for range 2 { // a second read by the same member counts too
		view, read, err := posts.Read(t.Context(), 1, 7)
		require.NoError(t, err)
		require.EqualValues(t, 11, view.Views, "the view that is shown is included")
		require.Equal(t, &timeline.Read{Reader: 1, PostID: 7, At: now}, read)
	}
	view, read, err := posts.Read(t.Context(), 42, 7)
	require.NoError(t, err)
	require.EqualValues(t, 10, view.Views)
	require.Nil(t, read)
}

func TestPostsAreFoundInTheOrderOfTheirIDsEachOnce(t *testing.T) {
	t.Parallel()
	posts := postsOf(nil, timeline.Post{ID: 1}, timeline.Post{ID: 2, Deleted: true}, timeline.Post{ID: 3})
	found, err := posts.Find(t.Context(), 1, []timeline.PostID{3, 2, 404, 1, 3})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.EqualValues(t, 3, found[0].ID)
	require.EqualValues(t, 1, found[1].ID)
	found, err = posts.Find(t.Context(), 1, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestAnAuthorsPostsNeedTheAuthor(t *testing.T) {
	t.Parallel()
	const present, gone, unknown, silent = 2, 3, 4, 5
	posts := postsOf(book{present: {Standing: timeline.Present}, gone: {Standing: timeline.Gone}},
		timeline.Post{ID: 1, AuthorID: gone}, timeline.Post{ID: 2, AuthorID: unknown})
	list := func(author timeline.MemberID, slice timeline.Slice) (int, error) {
		part, err := posts.ListOf(t.Context(), 1, author, slice)
		return len(part.Rows), err
	}
	first := timeline.Slice{Limit: 10}
	n, err := list(present, first)
	require.NoError(t, err)
	require.Zero(t, n, "a member without posts is there")
	_, err = list(gone, first)
	require.True(t, apierr.HasCode(err, timeline.CodeMemberNotFound), "deactivated: %v", err)
	n, err = list(unknown, first)
	require.NoError(t, err)
	require.Equal(t, 1, n, "its posts say that it was there")
	_, err = list(silent, first)
	require.True(t, apierr.HasCode(err, apierr.CodeServiceUnavailable), "nobody knows: %v", err)
	_, err = list(silent, timeline.Slice{Limit: 10, Skip: 10})
	require.NoError(t, err, "behind the end of a list")
	_, err = posts.ListOf(t.Context(), silent, silent, first)
	require.NoError(t, err, "the caller is there")
}

func TestAWindowBeginsThatLongAgo(t *testing.T) {
	t.Parallel()
	require.Equal(t, now.Add(-24*time.Hour), timeline.Window(24*time.Hour).Since(now))
	require.True(t, timeline.Window(0).Since(now).IsZero())
}
