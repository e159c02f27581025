package httpapi

import (
	"context"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

// followFinder is one of the two lists of a member's follows.
type followFinder func(ctx context.Context, viewer, id member.MemberID, after member.FollowID, w member.Window) (member.FollowList, error)

// followPosition is where a page of follows begins; 0 for the start.
func followPosition(r pagination.Request) member.FollowID {
	if r.After == nil || len(r.After.Numbers) != 1 {
		return 0
	}
	return member.FollowID(r.After.Numbers[0])
}

func (a *API) toFollowPage(request pagination.Request, scope pagination.Scope, list member.FollowList) pagination.ScrollPage[memberrest.Summary] {
	cursor := ""
	if list.More {
		cursor = a.Cursors.NextCursor(request, scope, pagination.Position{Numbers: []int64{int64(list.Last)}})
	}
	return pagination.NewScrollPage(request, a.toSummaries(list.Members), list.More, cursor)
}

func (a *API) toCountedPage(request pagination.Request, scope pagination.Scope, list member.FollowList) memberrest.CountedSummaryScrollPage {
	page := a.toFollowPage(request, scope, list)
	return memberrest.CountedSummaryScrollPage{
		Content: page.Content, Page: page.Page, Size: page.Size, HasNext: page.HasNext, NextCursor: page.NextCursor,
		TotalElements: list.Total,
	}
}
