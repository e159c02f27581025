package httpapi

import (
	"strconv"
	"strings"

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
	portion, err := a.Directory.FollowerIDs(c.Request.Context(), id, after, limit)
	return httpserver.OK(toFollowIDs(portion)), err
}

const (
	defaultPortion = 500
	maxPortion     = 1000
)

func portionOf(c *gin.Context) (id member.MemberID, after member.FollowID, limit int, err error) {
	if id, err = memberID(c); err != nil {
		return 0, 0, 0, err
	}
	var broken apierr.Violations
	from, ok := number(c, "after", 0)
	if !ok || from < 0 || from > httpserver.MaxID {
		broken.Add("after", "올바른 ID가 아닙니다", "must be an id or 0")
	}
	most, ok := number(c, "limit", defaultPortion)
	if !ok || most < 1 || most > maxPortion {
		broken.Add("limit", "1에서 1000 사이여야 합니다", "must be from 1 to 1000")
	}
	return id, member.FollowID(from), int(most), broken.Err()
}

// number is the value of a parameter that is given at most once, in digits.
func number(c *gin.Context, name string, absent int64) (int64, bool) {
	values := c.QueryArray(name)
	switch {
	case len(values) == 0:
		return absent, true
	case len(values) > 1 || strings.HasPrefix(values[0], "+"):
		return 0, false
	}
	value, err := strconv.ParseInt(values[0], 10, 64)
	return value, err == nil
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

func (a *API) findUsedPictures(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.PictureUsageRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	if request.ImageIDs == nil || len(request.ImageIDs) > maxPortion {
		return httpserver.Reply{}, apierr.Violated("imageIds", "1000개까지의 목록이어야 합니다", "must be a list of at most 1000")
	}
	used, err := a.Pictures.FindUsedImages(c.Request.Context(), request.ImageIDs)
	return httpserver.OK(memberrest.PictureUsage{Used: used}), err
}
