package mysqlstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

func TestMappersLoseNothing(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return time.Unix(int64(n), 0).UTC() }
	post := content.Post{ID: 1, AuthorID: 2, Title: "3", Content: "4", CreatedAt: at(5), UpdatedAt: at(6), Version: 7, Deleted: true}
	require.Equal(t, postRow{ID: 1, AuthorID: 2, Title: "3", Content: "4", CreatedAt: at(5), UpdatedAt: at(6), Version: 7, IsDeleted: true}, fromPost(post))
	require.Equal(t, post, toPost(fromPost(post)))
	comment := content.Comment{
		ID: 1, PostID: 2, ParentID: 3, Depth: 4, AuthorID: 5, Content: "6", CreatedAt: at(7), UpdatedAt: at(8),
		Version: 9, Deleted: true, LikeCount: 10, ReplyCount: 11,
	}
	require.Equal(t, commentRow{
		ID: 1, PostID: 2, ParentID: 3, Depth: 4, AuthorID: 5, Content: "6", CreatedAt: at(7), UpdatedAt: at(8),
		Version: 9, IsDeleted: true, LikeCount: 10, ReplyCount: 11,
	}, fromComment(comment))
	require.Equal(t, comment, toComment(fromComment(comment)))
	require.Equal(t, content.Like{ID: 1, Fact: content.LikeFact{Liked: true, Actor: 4, At: at(6), PostID: 2, CommentID: 3, Version: 5}},
		toStandingLike(standingLikeRow{ID: 1, PostID: 2, CommentID: 3, MemberID: 4, Version: 5, CreatedAt: at(6)}))
	require.Equal(t, content.PostCounters{Views: 1, Likes: 2, Comments: 3}, toCounters(countersRow{ViewCount: 1, LikeCount: 2, CommentCount: 3}))
}
