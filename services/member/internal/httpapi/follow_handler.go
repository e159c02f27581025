package httpapi

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

var (
	firstPage = pagination.Defaults{Page: 0, Size: 10}
	laterPage = pagination.Defaults{Page: 1, Size: 10}
)

// The lists that cursors are sealed for.
const (
	followersList  = "member.followers"
	followingsList = "member.followings"
	newcomersList  = "member.newcomers"
)

func scopeOf(list string, id member.MemberID) pagination.Scope {
	return pagination.Scope{list, strconv.FormatInt(int64(id), 10)}
}

func windowOf(r pagination.Request) member.Window {
	return member.Window{Skip: r.Skip(), Limit: r.Size}
}

func (a *API) follow(c *gin.Context) (httpserver.Reply, error) {
	target, err := memberID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.Created(true), a.Follows.Follow(c.Request.Context(), a.callerID(c), target)
}

func (a *API) unfollow(c *gin.Context) (httpserver.Reply, error) {
	target, err := memberID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.Deleted(true), a.Follows.Unfollow(c.Request.Context(), a.callerID(c), target)
}

// listFollows is M8: both lists at once, whose cursors go on with M9.
func (a *API) listFollows(c *gin.Context) (httpserver.Reply, error) {
	id, err := a.memberOrCaller(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	request, err := pagination.Parse(c.Request.URL.Query(), firstPage)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx, viewer := c.Request.Context(), a.callerID(c)
	followers, err := a.Directory.Followers(ctx, viewer, id, 0, windowOf(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	followings, err := a.Directory.Followings(ctx, viewer, id, 0, windowOf(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(memberrest.FollowScrollPage{
		Followers:  a.toCountedPage(request, scopeOf(followersList, id), followers),
		Followings: a.toCountedPage(request, scopeOf(followingsList, id), followings),
	}), nil
}

func (a *API) listFollowers(c *gin.Context) (httpserver.Reply, error) {
	return a.replyFollows(c, followersList, a.Directory.Followers)
}

func (a *API) listFollowings(c *gin.Context) (httpserver.Reply, error) {
	return a.replyFollows(c, followingsList, a.Directory.Followings)
}

// replyFollows is M9 for either list.
func (a *API) replyFollows(c *gin.Context, list string, find followFinder) (httpserver.Reply, error) {
	id, err := a.memberOrCaller(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	scope := scopeOf(list, id)
	request, err := a.Cursors.ParseScroll(c.Request.URL.Query(), laterPage, scope)
	if err != nil {
		return httpserver.Reply{}, err
	}
	found, err := find(c.Request.Context(), a.callerID(c), id, followPosition(request), windowOf(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toFollowPage(request, scope, found)), nil
}

func (a *API) listAllFollowings(c *gin.Context) (httpserver.Reply, error) {
	found, err := a.Directory.AllFollowings(c.Request.Context(), a.callerID(c))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toSummaries(found)), nil
}

// recommend is F3: a page with the real total.
func (a *API) recommend(c *gin.Context) (httpserver.Reply, error) {
	request, err := pagination.Parse(c.Request.URL.Query(), firstPage)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx, viewer := c.Request.Context(), a.callerID(c)
	total, err := a.Directory.CountNewcomers(ctx, viewer)
	if err != nil {
		return httpserver.Reply{}, err
	}
	found, err := a.Directory.Newcomers(ctx, viewer, nil, windowOf(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(pagination.NewPage(request, a.toSummaries(found.Members), total)), nil
}

// recommendMore is F4: the same list, by page or cursor.
func (a *API) recommendMore(c *gin.Context) (httpserver.Reply, error) {
	viewer := a.callerID(c)
	scope := scopeOf(newcomersList, viewer)
	request, err := a.Cursors.ParseScroll(c.Request.URL.Query(), laterPage, scope)
	if err != nil {
		return httpserver.Reply{}, err
	}
	found, err := a.Directory.Newcomers(c.Request.Context(), viewer, newcomerPosition(request), windowOf(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	cursor := ""
	if found.More && found.Last != nil {
		cursor = a.Cursors.NextCursor(request, scope, pagination.Position{
			Numbers: []int64{found.Last.CreatedAt.UnixMicro(), int64(found.Last.Profile)},
		})
	}
	return httpserver.OK(pagination.NewScrollPage(request, a.toSummaries(found.Members), found.More, cursor)), nil
}

// newcomerPosition is where a page of newcomers begins; nil for the start.
func newcomerPosition(r pagination.Request) *member.Newcomer {
	if r.After == nil || len(r.After.Numbers) != 2 {
		return nil
	}
	return &member.Newcomer{CreatedAt: time.UnixMicro(r.After.Numbers[0]).UTC(), Profile: member.ProfileID(r.After.Numbers[1])}
}
