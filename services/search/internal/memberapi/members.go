// Package memberapi asks member whose a handle is, and how many follow whom.
package memberapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// Member is what is asked; *memberrest.Client does.
type Member interface {
	GetProfileByHandle(ctx context.Context, handle string, options ...rest.Option) (memberrest.MemberProfile, error)
	FindAuthorSummaries(ctx context.Context, body memberrest.FindSummariesRequest, options ...rest.Option) ([]memberrest.Summary, error)
}

// Members implements search.Handles and search.Followers.
type Members struct{ member Member }

// New asks member.
func New(member Member) *Members { return &Members{member: member} }

// FindMember implements search.Handles with the token of the caller. A handle is
// asked for each time: a member sees its own change at once, and no copy of
// anybody's handle has to follow.
func (m *Members) FindMember(ctx context.Context, handle string) (search.MemberID, error) {
	profile, err := m.member.GetProfileByHandle(ctx, handle)
	if told, ok := errors.AsType[*rest.Failure](err); ok && told.StatusCode == http.StatusNotFound {
		return 0, search.ErrAbsent
	}
	if err != nil {
		return 0, serviceclient.Failure(err)
	}
	return search.MemberID(profile.MemberID), nil
}

// CountFollowers implements search.Followers with the fleet's own credential.
func (m *Members) CountFollowers(ctx context.Context, members []search.MemberID) (map[search.MemberID]int64, error) {
	request := memberrest.FindSummariesRequest{IDs: make([]int64, len(members))}
	for i, id := range members {
		request.IDs[i] = int64(id)
	}
	summaries, err := m.member.FindAuthorSummaries(ctx, request, rest.Reads())
	if err != nil {
		return nil, serviceclient.Failure(err)
	}
	counts := make(map[search.MemberID]int64, len(summaries))
	for _, s := range summaries {
		counts[search.MemberID(s.MemberID)] = s.FollowersCount
	}
	return counts, nil
}
