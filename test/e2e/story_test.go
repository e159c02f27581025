package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

func TestAPostReachesFollowersSearchAndActivities(t *testing.T) {
	t.Parallel()
	writer, reader := someone(t), someone(t)
	reader.follow(t, writer)
	post := writer.post(t, "한강에서 자전거를 탔다 "+writer.handle)
	within(t, 5*time.Second, "the post is in the follower's feed", func() bool { return len(reader.feed(t)) == 1 })
	require.Equal(t, []int64{post.ID}, reader.feed(t))

	_, err := reader.content.LikePost(t.Context(), post.ID)
	require.NoError(t, err)
	comment, err := reader.content.CreateComment(t.Context(), contentrest.CreateCommentRequest{Content: "Where was that?", PostID: post.ID})
	require.NoError(t, err)
	_, err = writer.content.CreateReply(t.Context(), contentrest.CreateReplyRequest{Content: "반포에서요", PostID: post.ID, ParentID: comment.ID})
	require.NoError(t, err)

	seen, err := reader.timeline.GetPost(t.Context(), post.ID)
	require.NoError(t, err)
	require.True(t, seen.Liked)
	require.EqualValues(t, 1, seen.LikeCount)
	require.EqualValues(t, 2, seen.CommentCount)
	require.EqualValues(t, 1, seen.ViewCount, "this view counts")
	require.NotNil(t, seen.AuthorHandle)
	require.Equal(t, writer.handle, *seen.AuthorHandle)

	within(t, 5*time.Second, "the post is found", func() bool {
		found, err := reader.search.SearchPosts(t.Context(), searchrest.SearchPostsParams{Keyword: "자전거 " + writer.handle})
		return err == nil && len(found.Content) == 1 && found.Content[0].ID == post.ID
	})
	within(t, 10*time.Second, "everything is recorded", func() bool {
		return containsAll(reader.activities(t), "MEMBER_SIGNUP", "MEMBER_LOGIN", "MEMBER_FOLLOW", "LIKE_POST", "COMMENT_CREATE", "POST_READ") &&
			containsAll(writer.activities(t), "POST_CREATE", "COMMENT_CREATE")
	})
}

func TestAMemberReadsItsOwnWritesOnEveryReplica(t *testing.T) {
	t.Parallel()
	me, other := someone(t), someone(t)
	theirs := other.post(t, "남의 글")
	for range 4 { // the edge takes the replicas in turn
		mine := me.post(t, "내 글")
		page, err := me.timeline.ListMyPosts(t.Context(), timelinerest.ListMyPostsParams{})
		require.NoError(t, err)
		require.Equal(t, mine.ID, page.Content[0].ID)

		_, err = me.content.UpdatePost(t.Context(), mine.ID, contentrest.WritePostRequest{Content: "고침"})
		require.NoError(t, err)
		read, err := me.timeline.GetPost(t.Context(), mine.ID)
		require.NoError(t, err)
		require.Equal(t, "고침", read.Content)

		_, err = me.members.Follow(t.Context(), other.id)
		require.NoError(t, err)
		require.Contains(t, me.feed(t), theirs.ID, "a follow takes effect in the feed at once")
		_, err = me.members.Unfollow(t.Context(), other.id)
		require.NoError(t, err)
		require.NotContains(t, me.feed(t), theirs.ID, "and so does taking it back")

		_, err = me.content.DeletePost(t.Context(), mine.ID)
		require.NoError(t, err)
		_, err = me.timeline.GetPost(t.Context(), mine.ID)
		require.Equal(t, "POST_NOT_FOUND", refused(err))
	}
}

func TestAChangedNameIsSeenAtOnceByItsOwner(t *testing.T) {
	t.Parallel()
	me := someone(t)
	post := me.post(t, "이름")
	for _, name := range []string{"처음 이름", "Second name"} {
		_, err := me.members.UpdateMyProfile(t.Context(), memberrest.UpdateProfileRequest{DisplayName: &name})
		require.NoError(t, err)
		read, err := me.timeline.GetPost(t.Context(), post.ID)
		require.NoError(t, err)
		require.NotNil(t, read.AuthorName)
		require.Equal(t, name, *read.AuthorName)
	}
}

func TestAPictureIsUploadedAndViewedByAnyone(t *testing.T) {
	t.Parallel()
	me := someone(t)
	id, err := me.images.UploadImage(t.Context(), "나.png", picture(t))
	require.NoError(t, err)
	url := "/api/proxy/images/view/" + id
	_, err = me.members.UpdateMyProfile(t.Context(), memberrest.UpdateProfileRequest{AvatarURL: &url})
	require.NoError(t, err)
	for range 2 {
		response, err := plain.Get(edgeURL(t) + url)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, "image/jpeg", response.Header.Get("Content-Type"))
	}
}

func TestADeactivatedMemberIsGoneEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	leaver, reader := someone(t), someone(t)
	post := leaver.post(t, "안녕")
	reader.follow(t, leaver)
	_, err := leaver.members.DeactivateMember(t.Context())
	require.NoError(t, err)
	_, err = leaver.content.CreatePost(t.Context(), contentrest.WritePostRequest{Content: "x"})
	require.Equal(t, "TOKEN_REVOKED", refused(err))
	_, err = reader.members.GetProfile(t.Context(), leaver.id)
	require.Equal(t, "MEMBER_NOT_FOUND", refused(err))
	within(t, 12*time.Second, "its posts are signed by nobody", func() bool {
		read, err := reader.timeline.GetPost(t.Context(), post.ID)
		return err == nil && read.AuthorName != nil && *read.AuthorName == "탈퇴한 사용자" && *read.AuthorHandle == "deleted"
	})
}

func containsAll(have []string, wanted ...string) bool {
	seen := make(map[string]bool, len(have))
	for _, h := range have {
		seen[h] = true
	}
	for _, w := range wanted {
		if !seen[w] {
			return false
		}
	}
	return true
}
