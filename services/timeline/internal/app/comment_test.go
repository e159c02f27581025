package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// thread is a post of member 2 with comments, another, and one that is deleted.
func (f *fleet) thread(t *testing.T) {
	t.Helper()
	f.AddPosts(t,
		contenttest.Post{ID: 7, Author: 2, CreatedAt: today}, contenttest.Post{ID: 8, Author: 2, CreatedAt: today},
		contenttest.Post{ID: 9, Author: 2, CreatedAt: today})
	f.AddComments(t,
		contenttest.Comment{ID: 1, Post: 7, Author: 3, CreatedAt: minutes(1), Replies: 2, Likes: 4},
		contenttest.Comment{ID: 2, Post: 7, Author: 3, CreatedAt: minutes(2)},
		contenttest.Comment{ID: 3, Post: 7, Author: 4, CreatedAt: minutes(2)},
		contenttest.Comment{ID: 4, Post: 7, Author: 3, Parent: 1, Depth: 1, CreatedAt: minutes(4), Replies: 1},
		contenttest.Comment{ID: 5, Post: 7, Author: 4, Parent: 1, Depth: 1, CreatedAt: minutes(3)},
		contenttest.Comment{ID: 6, Post: 7, Author: 3, Parent: 4, Depth: 2, CreatedAt: minutes(5)},
		contenttest.Comment{ID: 7, Post: 7, Author: 3, CreatedAt: minutes(6), Deleted: true},
		contenttest.Comment{ID: 8, Post: 8, Author: 3, CreatedAt: minutes(7)},
		contenttest.Comment{ID: 9, Post: 9, Author: 3, CreatedAt: minutes(8)},
		contenttest.Comment{ID: 10, Post: 9, Author: 3, Parent: 9, Depth: 1, CreatedAt: minutes(9)},
	)
	f.LikeComment(t, 1, 1, today)
	f.DeletePost(t, 9)
}

func TestT9ListsTheCallersCommentsNewestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	got := f.comments(t, 3, "/comments")
	require.Equal(t, []int64{8, 6, 4, 2, 1}, commentIDs(got.Content), "without those of deleted posts")
	require.Equal(t, 20, got.Size)
}

func TestT10ListsTheTopLevelOldestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	got := f.comments(t, 1, "/posts/7/comments")
	require.Equal(t, []int64{1, 2, 3}, commentIDs(got.Content))
	require.Equal(t, 10, got.Size)
	first := f.comments(t, 1, "/posts/7/comments?size=2")
	require.True(t, first.HasNext)
	require.Equal(t, []int64{3}, commentIDs(f.comments(t, 1, "/posts/7/comments?size=2&cursor="+*first.NextCursor).Content))
	require.Equal(t, []int64{3}, commentIDs(f.comments(t, 1, "/posts/7/comments?size=2&page=1").Content))
	for _, id := range []string{"9", "404"} {
		f.get(t, 1, "/posts/"+id+"/comments").requireCode(t, 404, "POST_NOT_FOUND")
	}
	f.get(t, 1, "/posts/x/comments").requireCode(t, 400, "VALIDATION_FAILED", "postId")
}

func TestT11ListsAMembersComments(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	require.Equal(t, []int64{5, 3}, commentIDs(f.comments(t, 1, "/members/4/comments").Content))
	require.Empty(t, f.comments(t, 1, "/members/5/comments").Content)
	f.get(t, 1, "/members/404/comments").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.member.Leave(4)
	f.join(t) // whose names are not cached yet
	require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
	f.get(t, 1, "/members/4/comments").requireCode(t, 404, "MEMBER_NOT_FOUND")
}

func TestT12ShowsAComment(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	require.JSONEq(t, `{"status":200,"result":"SUCCESS","data":{
		"id":1,"liked":true,"content":"댓글","authorId":3,"authorName":"Member 3","authorHandle":"member_3","authorAvatarUrl":"no-image",
		"postId":7,"parentId":null,"depth":0,"likeCount":4,"replyCount":2,"createdAt":"2026-11-20T21:01:00","updatedAt":"2026-11-20T21:01:00"}}`,
		f.get(t, 1, "/comments/1").raw)
	reply := f.get(t, 2, "/comments/6")
	require.Contains(t, reply.raw, `"parentId":4,"depth":2`)
	require.Contains(t, reply.raw, `"liked":false`)
	for _, id := range []string{"7", "9", "10", "404"} { // deleted, of a deleted post, a reply there, never was
		f.get(t, 1, "/comments/"+id).requireCode(t, 404, "COMMENT_NOT_FOUND")
	}
	f.get(t, 1, "/comments/0").requireCode(t, 400, "VALIDATION_FAILED", "commentId")
}

func TestT13ListsDirectRepliesOldestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	require.Equal(t, []int64{5, 4}, commentIDs(f.comments(t, 1, "/comments/1/replies").Content))
	require.Equal(t, []int64{6}, commentIDs(f.comments(t, 1, "/comments/4/replies").Content))
	require.Empty(t, f.comments(t, 1, "/comments/6/replies").Content)
	for _, id := range []string{"7", "9", "404"} {
		f.get(t, 1, "/comments/"+id+"/replies").requireCode(t, 404, "COMMENT_NOT_FOUND")
	}
	f.get(t, 1, "/comments/x/replies").requireCode(t, 400, "VALIDATION_FAILED", "commentId")
}

func TestSearchFindsWhichCommentsAreStillThere(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	const path = "/internal/comments/query/list"
	f.send(t, 0, "POST", path, `{"ids":[1]}`).requireCode(t, 404, "NOT_FOUND")
	got := read[[]timelinerest.Comment](t, f.send(t, 0, "POST", path, `{"ids":[6,1,7,10,404,1]}`, "X-Internal-Token", authtest.InternalToken))
	require.Equal(t, []int64{6, 1}, commentIDs(got), "as asked, without what is deleted, on a deleted post, or missing")
	require.EqualValues(t, 2, got[1].ReplyCount)
	f.send(t, 0, "POST", path, `{}`, "X-Internal-Token", authtest.InternalToken).requireCode(t, 400, "VALIDATION_FAILED", "ids")
}

func TestPagesOfCommentsNeitherSkipNorRepeatWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"T9": "/comments", "T10": "/posts/7/comments", "T11": "/members/1/comments"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.AddPosts(t, contenttest.Post{ID: 7, Author: 2, CreatedAt: today})
			for id := range int64(11) {
				f.AddComments(t, contenttest.Comment{ID: id + 1, Post: 7, Author: 1, CreatedAt: minutes(int(id / 5))})
			}
			var got []int64
			page := f.comments(t, 1, path+"?size=3")
			for added := 0; ; added++ {
				got = append(got, commentIDs(page.Content)...)
				if !page.HasNext {
					break
				}
				if added < 2 { // T10 goes towards them, and ends at last
					at := minutes(100 + added)
					f.AddComments(t, contenttest.Comment{ID: int64(100 + added), Post: 7, Author: 1, CreatedAt: at})
				}
				page = f.comments(t, 1, path+"?size=3&cursor="+*page.NextCursor)
			}
			wanted := []int64{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}
			if name == "T10" {
				wanted = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 100, 101}
			}
			require.Equal(t, wanted, got)
		})
	}
}
