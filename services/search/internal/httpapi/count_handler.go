package httpapi

import (
	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) countPostLikes(c *gin.Context) (httpserver.Reply, error) {
	ids, err := postIDs(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	counts, err := a.Counts.PostLikes(c.Request.Context(), ids)
	return httpserver.OK(mapped(counts, func(n search.Count) searchrest.PostLikeCount {
		return searchrest.PostLikeCount{PostPK: n.ID, LikeCount: n.Count}
	})), err
}

func (a *API) countPostComments(c *gin.Context) (httpserver.Reply, error) {
	ids, err := postIDs(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	counts, err := a.Counts.PostComments(c.Request.Context(), ids)
	return httpserver.OK(mapped(counts, func(n search.Count) searchrest.PostCommentCount {
		return searchrest.PostCommentCount{PostPK: n.ID, CommentCount: n.Count}
	})), err
}

func (a *API) countCommentLikes(c *gin.Context) (httpserver.Reply, error) {
	var request searchrest.CommentKeysRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ids, err := fromIDs[search.CommentID]("commentIds", request.CommentIDs)
	if err != nil {
		return httpserver.Reply{}, err
	}
	counts, err := a.Counts.CommentLikes(c.Request.Context(), ids)
	return httpserver.OK(mapped(counts, func(n search.Count) searchrest.CommentLikeCount {
		return searchrest.CommentLikeCount{CommentPK: n.ID, LikeCount: n.Count}
	})), err
}

func (a *API) countFollowers(c *gin.Context) (httpserver.Reply, error) {
	var request searchrest.MemberKeysRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ids, err := fromIDs[search.MemberID]("toMemberIds", request.ToMemberIDs)
	if err != nil {
		return httpserver.Reply{}, err
	}
	counts, err := a.Counts.Followers(c.Request.Context(), ids)
	return httpserver.OK(mapped(counts, func(n search.Count) searchrest.FollowerCount {
		return searchrest.FollowerCount{ToMemberID: n.ID, FollowingCount: n.Count}
	})), err
}

func postIDs(c *gin.Context) ([]search.PostID, error) {
	var request searchrest.PostKeysRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return nil, err
	}
	return fromIDs[search.PostID]("postPks", request.PostPKs)
}
