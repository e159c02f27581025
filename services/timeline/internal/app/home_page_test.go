package app

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// The first answer is built from the database, the later ones from what is
// stored: nobody can tell them apart, whatever the texts are.
func TestT1StoredPagesAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2, 3, 4)
	texts := []string{`"따옴표" \ 역슬래시`, "줄\n바꿈\t탭", "<b>&amp;</b>", "👩‍👩‍👧 이모지 \u2028 \u2029", "plain", "한글"}
	for i := range int64(40) {
		f.AddPosts(t, contenttest.Post{
			ID: i + 1, Author: 2 + i%3, Title: texts[i%6], Content: texts[(i+1)%6], CreatedAt: minutes(int(i / 5)),
			UpdatedAt: minutes(int(i)), Views: i, Likes: 2 * i, Comments: 3 * i,
		})
		if i%4 == 0 {
			f.Like(t, i+1, 1, today)
		}
	}
	cursor := *f.posts(t, 1, home+"?size=7").NextCursor
	for _, query := range []string{"", "?size=7", "?page=1", "?size=3&page=5", "?size=100", "?page=3", "?size=5&cursor=" + cursor} {
		require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
		f.setVersion(t, 1, 1)
		built := f.get(t, 1, home+query)
		require.Equal(t, http.StatusOK, built.http)
		for range 2 { // what is missing is stored by the first
			require.JSONEq(t, string(built.Data), string(f.get(t, 1, home+query).Data), query)
		}
	}
}

// warm reads member's home page until all of it is stored.
func (f *fleet) warm(t *testing.T, member int64) {
	t.Helper()
	f.home(t, member)
	f.home(t, member)
}

func TestT1ALikeIsSeenByWhoLikesAndByOthersInTheNextRead(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.follow(t, 3, 2)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)}, contenttest.Post{ID: 2, Author: 2, CreatedAt: minutes(2)})
	f.warm(t, 1)
	f.warm(t, 3)
	f.like(t, 1, 3)
	own, others := f.posts(t, 3, home).Content[1], f.posts(t, 1, home).Content[1]
	require.Equal(t, []any{true, int64(1)}, []any{own.Liked, own.LikeCount})
	require.Equal(t, []any{false, int64(1)}, []any{others.Liked, others.LikeCount})
	require.False(t, f.posts(t, 3, home).Content[0].Liked)
}

// Where the writer could not reach Redis, its event does.
func TestT1WhatWasNotForgottenAtOnceIsForgottenByItsEvent(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	f.warm(t, 1)
	f.Exec(t, "UPDATE posts SET content = '고친 글', version = 2 WHERE id = 1")
	event := created(contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	event.Type, event.Version = activityrecord.PostUpdate, 2
	f.publish(t, event)
	eventually(t, "the revision is shown", func() bool { return f.posts(t, 1, home).Content[0].Content == "고친 글" })

	f.member.Leave(3)
	f.Like(t, 1, 1, today)
	f.publish(t, &activityv1.MemberActivityEvent{
		Type: activityrecord.LikePost, MemberId: 1, PostId: 1, Version: 1, OccurredAt: activityrecord.Timestamp(now()),
		State: &activityv1.MemberActivityEvent_Like{Like: &activityv1.LikeState{Target: activityv1.LikeTarget_LIKE_TARGET_POST, Liked: true}},
	})
	eventually(t, "the like is shown", func() bool { return f.posts(t, 1, home).Content[0].Liked })
}

// The token's standing is read with the page, and comes before it.
func TestT1ARevokedTokenIsRefusedOnTheNextRequest(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	const session = 78
	set := func(value string) {
		require.NoError(t, f.service.redis.Conn().Set(t.Context(), auth.SessionKey(session), value, 0).Err())
	}
	ask := func(query string) int {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, f.url+"/api/timeline"+home+query, nil)
		require.NoError(t, err)
		f.member.Issuer.Authorize(request, 1, authtest.Session(session))
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	set(auth.SessionLive)
	for range 3 {
		require.Equal(t, http.StatusOK, ask(""))
	}
	require.Equal(t, http.StatusBadRequest, ask("?size=0"))
	set(auth.SessionRevoked)
	require.Equal(t, http.StatusUnauthorized, ask(""))
	require.Equal(t, http.StatusUnauthorized, ask("?size=0"), "a broken question of nobody")
}

// More likes than are stored: what is below them is asked of the database.
func TestT1LikesBelowThoseThatAreStoredAreKnown(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	var posts []contenttest.Post
	for id := range int64(600) {
		posts = append(posts, contenttest.Post{ID: id + 1, Author: 2, CreatedAt: minutes(int(id))})
	}
	f.AddPosts(t, posts...)
	f.Exec(t, fmt.Sprintf("INSERT INTO post_likes (post_id, member_id, created_at, updated_at) SELECT id, 1, created_at, created_at FROM posts WHERE id <> %d", 30))
	f.warm(t, 1)
	page := f.posts(t, 1, home+"?size=100&page=5")
	for _, post := range page.Content {
		require.Equal(t, post.ID != 30, post.Liked, post.ID)
	}
	require.True(t, f.posts(t, 1, home).Content[0].Liked)
}
