package mysqlstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestAPostIsStoredAsGivenInFullUnicode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	title, text := "👩‍👩‍👧 <b>제목</b>", "'; DROP TABLE posts; -- 日本語\n\t한글"
	view, err := h.posts.Publish(t.Context(), 7, content.PostText{Title: &title, Content: text})
	require.NoError(t, err)
	require.Equal(t, view.CreatedAt, view.UpdatedAt)
	stored, err := h.store.LockPost(t.Context(), view.ID)
	require.NoError(t, err)
	require.Equal(t, view.Post, stored)
	require.Equal(t, title, stored.Title)
	require.Equal(t, text, stored.Content)
	require.Equal(t, content.PostFact{Change: content.Created, Actor: 7, At: view.CreatedAt, Post: stored}, h.ledger.last())
}

func TestTextsOfAPostKeepTheirRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := func(n int) *string { s := strings.Repeat("가", n); return &s }
	for name, tc := range map[string]struct {
		text   content.PostText
		fields []string
	}{
		"content of 5000 characters":        {content.PostText{Content: *long(5000)}, nil},
		"content of 5001 characters":        {content.PostText{Content: *long(5001)}, []string{"content"}},
		"blank content":                     {content.PostText{Content: " \t\u3000\n"}, []string{"content"}},
		"title of 100 characters":           {content.PostText{Title: long(100), Content: "a"}, nil},
		"title too long and content absent": {content.PostText{Title: long(101)}, []string{"title", "content"}},
		"control character":                 {content.PostText{Content: "a\x00b"}, []string{"content"}},
	} {
		_, err := h.posts.Publish(t.Context(), 1, tc.text)
		if tc.fields == nil {
			require.NoError(t, err, name)
			continue
		}
		requireCode(t, apierr.CodeValidationFailed, err)
		var fields []string
		for _, v := range apierr.From(err).Violations {
			fields = append(fields, v.Field)
		}
		require.Equal(t, tc.fields, fields, name)
	}
}

func TestRevisingAPostChangesTextTimeAndVersion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	title := "처음"
	before, err := h.posts.Publish(t.Context(), 1, content.PostText{Title: &title, Content: "a"})
	require.NoError(t, err)
	after, err := h.posts.Revise(t.Context(), 1, before.ID, content.PostText{Content: "b"})
	require.NoError(t, err)
	require.Equal(t, "처음", after.Title, "an absent title is unchanged")
	require.Equal(t, "b", after.Content)
	require.Equal(t, before.CreatedAt, after.CreatedAt)
	require.True(t, after.UpdatedAt.After(before.UpdatedAt))
	require.EqualValues(t, 2, after.Version)
	empty := ""
	after, err = h.posts.Revise(t.Context(), 1, before.ID, content.PostText{Title: &empty, Content: "b"})
	require.NoError(t, err)
	require.Empty(t, after.Title)
}

func TestOnlyTheAuthorChangesOrDeletesAPost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	_, err := h.posts.Revise(t.Context(), 2, post.ID, content.PostText{Content: "b"})
	requireCode(t, content.CodePostUpdateForbidden, err)
	requireCode(t, content.CodePostDeleteForbidden, h.posts.Delete(t.Context(), 2, post.ID))
}

func TestADeletedPostTakesNothingMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	comment := h.comment(t, 2, post.ID, 0)
	require.NoError(t, h.posts.Like(t.Context(), 2, post.ID))
	require.NoError(t, h.posts.Delete(t.Context(), 1, post.ID))
	fact, ok := h.ledger.last().(content.PostFact)
	require.True(t, ok)
	require.Equal(t, content.Deleted, fact.Change)
	require.EqualValues(t, 2, fact.Post.Version)

	ctx := t.Context()
	_, err := h.posts.Revise(ctx, 1, post.ID, content.PostText{Content: "b"})
	requireCode(t, content.CodePostNotFound, err)
	requireCode(t, content.CodePostNotFound, h.posts.Delete(ctx, 1, post.ID))
	requireCode(t, content.CodePostNotFound, h.posts.Like(ctx, 3, post.ID))
	requireCode(t, content.CodePostNotFound, h.posts.Unlike(ctx, 2, post.ID))
	_, err = h.comments.Publish(ctx, 2, content.CommentDraft{PostID: post.ID, Content: "c"})
	requireCode(t, content.CodePostNotFound, err)
	_, err = h.comments.Revise(ctx, 2, comment.ID, "c")
	requireCode(t, content.CodeCommentNotFound, err)
	requireCode(t, content.CodeCommentNotFound, h.comments.Delete(ctx, 2, comment.ID))
	requireCode(t, content.CodeCommentNotFound, h.comments.Like(ctx, 2, comment.ID))
	requireCode(t, content.CodeCommentNotFound, h.comments.Unlike(ctx, 2, comment.ID))
}

func TestAPostThatNeverWasIsNotFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.posts.Revise(t.Context(), 1, 404, content.PostText{Content: "b"})
	requireCode(t, content.CodePostNotFound, err)
	requireCode(t, content.CodePostNotFound, h.posts.Like(t.Context(), 1, 404))
	requireCode(t, content.CodeCommentNotFound, h.comments.Like(t.Context(), 1, 404))
}
