package httpapi

import (
	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) introspectToken(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.IntrospectTokenRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	if err := checkIntrospect(request); err != nil {
		return httpserver.Reply{}, err
	}
	active, err := a.Sessions.Introspect(c.Request.Context(), member.Caller{
		MemberID: member.MemberID(request.MemberID), SessionID: member.SessionID(request.SID), TokenID: member.TokenID(request.JTI),
	})
	return httpserver.OK(memberrest.TokenState{Active: active}), err
}

func checkIntrospect(request memberrest.IntrospectTokenRequest) error {
	var broken apierr.Violations
	broken.Text("jti", request.JTI, apierr.TextRule{Required: true})
	checkID(&broken, "sid", request.SID)
	checkID(&broken, "memberId", request.MemberID)
	return broken.Err()
}

func checkID(broken *apierr.Violations, field string, id int64) {
	if id < 1 || id > httpserver.MaxID {
		broken.Add(field, "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
	}
}

func (a *API) findRefreshState(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.RefreshStateRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	hash, ok := member.ParseTokenHash(request.RefreshTokenHash)
	if !ok {
		return httpserver.Reply{}, apierr.Violated("refreshTokenHash", "SHA-256의 소문자 16진수여야 합니다", "must be a SHA-256 in lower-case hex")
	}
	dead, err := a.Sessions.RefreshState(c.Request.Context(), hash)
	return httpserver.OK(memberrest.RefreshState{Dead: dead}), err
}

// findAuthorSummaries answers as everyone may see the members: nobody looks.
func (a *API) findAuthorSummaries(c *gin.Context) (httpserver.Reply, error) {
	return a.replySummaries(c, 0)
}

func (a *API) listFollowingIDs(c *gin.Context) (httpserver.Reply, error) {
	id, after, limit, err := portionOf(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	portion, err := a.Directory.FollowingIDs(c.Request.Context(), id, after, limit)
	return httpserver.OK(toFollowIDs(portion)), err
}

func (a *API) listFollowerIDs(c *gin.Context) (httpserver.Reply, error) {
	id, after, limit, err := portionOf(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	known, err := httpserver.Known(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	portion, err := a.Directory.FollowerIDs(c.Request.Context(), id, after, limit, known)
	return httpserver.OK(toFollowIDs(portion)), err
}

func portionOf(c *gin.Context) (id member.MemberID, after member.FollowID, limit int, err error) {
	if id, err = memberID(c); err != nil {
		return 0, 0, 0, err
	}
	from, limit, err := httpserver.Portion(c)
	return id, member.FollowID(from), limit, err
}

func toFollowIDs(p member.FollowPortion) memberrest.FollowIDs {
	ids := memberrest.FollowIDs{MemberIDs: make([]int64, len(p.Members)), Version: p.Version}
	for i, id := range p.Members {
		ids.MemberIDs[i] = int64(id)
	}
	if p.Next != 0 {
		next := int64(p.Next)
		ids.NextAfter = &next
	}
	return ids
}

const mostImageIDs = 1000

func (a *API) findUsedPictures(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.PictureUsageRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	if request.ImageIDs == nil || len(request.ImageIDs) > mostImageIDs {
		return httpserver.Reply{}, apierr.Violated("imageIds", "1000개까지의 목록이어야 합니다", "must be a list of at most 1000")
	}
	used, err := a.Pictures.FindUsedImages(c.Request.Context(), request.ImageIDs)
	return httpserver.OK(memberrest.PictureUsage{Used: used}), err
}
