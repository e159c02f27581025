package httpapi

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

var pageDefaults = pagination.Defaults{Page: 0, Size: 20}

func (a *API) listMine(c *gin.Context) (httpserver.Reply, error) {
	return a.list(c, "mine", a.History.List, func(context.Context, []activity.Activity) map[activity.MemberID]Name { return nil })
}

func (a *API) listFollowings(c *gin.Context) (httpserver.Reply, error) {
	return a.list(c, "followings", a.Followed.List, a.names)
}

// lister is a list of the domain.
type lister func(ctx context.Context, caller activity.MemberID, types []activity.Type, page activity.Page) ([]activity.Activity, error)

func (a *API) list(c *gin.Context, name string, list lister, names func(context.Context, []activity.Activity) map[activity.MemberID]Name) (httpserver.Reply, error) {
	ctx, query := c.Request.Context(), c.Request.URL.Query()
	types, err := typesOf(query)
	if err != nil {
		return httpserver.Reply{}, err
	}
	caller := a.Caller(ctx)
	scope := pagination.Scope{"activities", name, strconv.FormatInt(int64(caller), 10), join(types)}
	request, err := a.Cursors.ParseScroll(query, pageDefaults, scope)
	if err != nil {
		return httpserver.Reply{}, err
	}
	page, err := fromRequest(request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	found, err := list(ctx, caller, types, page)
	if err != nil {
		return httpserver.Reply{}, err
	}
	rows, hasNext := pagination.Cut(request, found)
	next := ""
	if hasNext {
		next = a.Cursors.NextCursor(request, scope, toSealed(rows[len(rows)-1].Position()))
	}
	signed := names(ctx, rows)
	content := make([]activityrest.Activity, len(rows))
	for i, row := range rows {
		content[i] = a.toActivity(row, signed[row.MemberID])
	}
	return httpserver.OK(pagination.NewScrollPage(request, content, hasNext, next)), nil
}

func (a *API) names(ctx context.Context, rows []activity.Activity) map[activity.MemberID]Name {
	members := make([]activity.MemberID, len(rows))
	for i, row := range rows {
		members[i] = row.MemberID
	}
	return a.Names.FindNames(ctx, members)
}

// typesOf reads types=A,B, sorted and each once; nil where it is not given.
func typesOf(query url.Values) ([]activity.Type, error) {
	values, given := query["types"]
	if !given {
		return nil, nil
	}
	known := activity.Types()
	var types []activity.Type
	for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if !slices.Contains(known, activity.Type(name)) {
			return nil, apierr.Violated("types", "쉼표로 구분한 활동 유형이어야 합니다", "must be activity types separated by commas")
		}
		types = append(types, activity.Type(name))
	}
	slices.Sort(types)
	return slices.Compact(types), nil
}

func fromRequest(request pagination.Request) (activity.Page, error) {
	page := activity.Page{Skip: request.Skip(), Limit: request.Fetch()}
	if request.After == nil {
		return page, nil
	}
	if len(request.After.Numbers) != 1 || len(request.After.Texts) != 1 { // sealed by another version
		return page, apierr.Violated("cursor", "앞선 응답의 nextCursor 값이어야 합니다", "must be the nextCursor of an earlier answer")
	}
	page.After = &activity.Position{
		CreatedAt: time.UnixMicro(request.After.Numbers[0]).UTC(),
		ID:        activity.ID(request.After.Texts[0]),
	}
	return page, nil
}

func toSealed(position activity.Position) pagination.Position {
	return pagination.Position{Numbers: []int64{position.CreatedAt.UnixMicro()}, Texts: []string{string(position.ID)}}
}
