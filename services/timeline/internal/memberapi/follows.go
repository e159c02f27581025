package memberapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

const (
	// followsWithin bounds the wait for a list of follows.
	followsWithin = 3 * time.Second
	// pageSize is the most that member gives at a time; one may follow as many.
	pageSize = 1000
	// attempts at a list that changes while it is read.
	attempts = 3
)

// Source answers for member; *memberrest.Client does.
type Source interface {
	ListFollowingIDs(ctx context.Context, memberID int64, params memberrest.ListFollowingIDsParams, options ...rest.Option) (memberrest.FollowIDs, error)
	ListFollowerIDs(ctx context.Context, memberID int64, params memberrest.ListFollowerIDsParams, options ...rest.Option) (memberrest.FollowIDs, error)
}

// Follows knows who follows whom. It implements timeline.FollowGraph.
type Follows struct {
	member Source
	// audiences are the last known followers of authors.
	audiences *lru.Cache[timeline.MemberID, audience]
}

var _ timeline.FollowGraph = (*Follows)(nil)

// NewFollows asks member.
func NewFollows(member Source) (*Follows, error) {
	audiences, err := lru.New[timeline.MemberID, audience](knownAudiences)
	if err != nil {
		return nil, fmt.Errorf("make memory of followers: %w", err)
	}
	return &Follows{member: member, audiences: audiences}, nil
}

// errRestless is a list that changed each time that it was read.
var errRestless = errors.New("memberapi: the followings change faster than they can be read")

// FindFollowings implements timeline.FollowGraph. Who has left follows nobody.
func (f *Follows) FindFollowings(ctx context.Context, member timeline.MemberID) (timeline.Followings, error) {
	ctx, cancel := context.WithTimeout(ctx, followsWithin)
	defer cancel()
	for range attempts {
		followings, settled, err := f.readFollowings(ctx, member)
		if isNotFound(err) {
			return timeline.Followings{}, nil
		}
		if err != nil {
			return timeline.Followings{}, fmt.Errorf("find followings of member %d: %w", member, err)
		}
		if settled {
			return followings, nil
		}
	}
	return timeline.Followings{}, errRestless
}

// readFollowings reads the list in parts; settled is false where they are not
// of one version.
func (f *Follows) readFollowings(ctx context.Context, member timeline.MemberID) (followings timeline.Followings, settled bool, err error) {
	params := memberrest.ListFollowingIDsParams{Limit: new(int)}
	*params.Limit = pageSize
	for {
		part, err := f.member.ListFollowingIDs(ctx, int64(member), params)
		if err != nil {
			return followings, false, err
		}
		if params.After != nil && part.Version != followings.Version {
			return followings, false, nil
		}
		followings.Version = part.Version
		followings.Members = append(followings.Members, toMembers(part)...)
		if part.NextAfter == nil {
			return followings, true, nil
		}
		params.After = part.NextAfter
	}
}

func toMembers(part memberrest.FollowIDs) []timeline.MemberID {
	members := make([]timeline.MemberID, len(part.MemberIDs))
	for i, id := range part.MemberIDs {
		members[i] = timeline.MemberID(id)
	}
	return members
}

func isNotFound(err error) bool {
	var failure *rest.Failure
	return errors.As(err, &failure) && failure.StatusCode == http.StatusNotFound && failure.Code == "MEMBER_NOT_FOUND"
}
