package httpapi

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) callerID(c *gin.Context) member.MemberID {
	return a.Caller(c.Request.Context()).MemberID
}

func memberID(c *gin.Context) (member.MemberID, error) {
	id, err := httpserver.PathID(c, "memberId")
	return member.MemberID(id), err
}

// memberOrCaller is the member that the path names, the caller where it names none.
func (a *API) memberOrCaller(c *gin.Context) (member.MemberID, error) {
	if _, named := c.Params.Get("memberId"); !named {
		return a.callerID(c), nil
	}
	return memberID(c)
}

func (a *API) getMe(c *gin.Context) (httpserver.Reply, error) {
	return a.replyMember(c, a.callerID(c))
}

func (a *API) getMember(c *gin.Context) (httpserver.Reply, error) {
	id, err := memberID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.replyMember(c, id)
}

func (a *API) replyMember(c *gin.Context, id member.MemberID) (httpserver.Reply, error) {
	summary, err := a.Profiles.Summary(c.Request.Context(), a.callerID(c), id)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(toMember(id, summary.MemberName)), nil
}

func (a *API) getMyProfile(c *gin.Context) (httpserver.Reply, error) {
	return a.replyProfile(a.Profiles.View(c.Request.Context(), a.callerID(c), a.callerID(c)))
}

// getProfile is M3 and M4: the path names a member by id, or by @handle.
func (a *API) getProfile(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	if handle, isHandle := strings.CutPrefix(c.Param("memberId"), "@"); isHandle {
		return a.replyProfile(a.Profiles.ViewByHandle(ctx, a.callerID(c), handle))
	}
	id, err := memberID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.replyProfile(a.Profiles.View(ctx, a.callerID(c), id))
}

func (a *API) replyProfile(view member.ProfileView, err error) (httpserver.Reply, error) {
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toProfile(view)), nil
}

func (a *API) updateProfile(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.UpdateProfileRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	return a.replyProfile(a.Profiles.Edit(c.Request.Context(), a.callerID(c), fromUpdateProfile(request)))
}

func (a *API) changeHandle(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.ChangeHandleRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	handle, err := a.Profiles.ChangeHandle(c.Request.Context(), a.callerID(c), request.NewHandle)
	return httpserver.OK(handle), err
}

// checkHandle is M13, the one profile route without a caller.
func (a *API) checkHandle(c *gin.Context) (httpserver.Reply, error) {
	handle := c.Param("handle")
	reason, err := a.Profiles.JudgeHandle(c.Request.Context(), handle)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(toHandleAvailability(strings.ToValidUTF8(handle, "\uFFFD"), reason)), nil
}

func (a *API) getMySummary(c *gin.Context) (httpserver.Reply, error) {
	return a.replySummary(a.Profiles.Summary(c.Request.Context(), a.callerID(c), a.callerID(c)))
}

func (a *API) getSummary(c *gin.Context) (httpserver.Reply, error) {
	id, err := memberID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.replySummary(a.Profiles.Summary(c.Request.Context(), a.callerID(c), id))
}

func (a *API) replySummary(summary member.Summary, err error) (httpserver.Reply, error) {
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toSummary(summary)), nil
}

func (a *API) findSummaries(c *gin.Context) (httpserver.Reply, error) {
	return a.replySummaries(c, a.callerID(c))
}

// replySummaries answers for the members of the body as viewer sees them.
func (a *API) replySummaries(c *gin.Context, viewer member.MemberID) (httpserver.Reply, error) {
	var request memberrest.FindSummariesRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ids, err := fromIDs(request.IDs)
	if err != nil {
		return httpserver.Reply{}, err
	}
	found, err := a.Profiles.Summaries(c.Request.Context(), viewer, ids)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toSummaries(found)), nil
}

func fromIDs(plain []int64) ([]member.MemberID, error) {
	if plain == nil {
		return nil, apierr.Violated("ids", "필수 값입니다", "is required")
	}
	ids := make([]member.MemberID, len(plain))
	for i, id := range plain {
		if id < 1 || id > httpserver.MaxID {
			return nil, apierr.Violated("ids", "올바른 ID가 아닙니다", "must be positive integers below 2^53")
		}
		ids[i] = member.MemberID(id)
	}
	return ids, nil
}
