package memberapi

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// knownAudiences bounds the memory of followers: 8 KiB for an author with a thousand.
const knownAudiences = 256

// audience is who follows an author, whole, as of a version. What is in it is at
// least as new as that.
type audience struct {
	version   int64
	followers []timeline.MemberID
}

// FindFollowers returns the followers of a member as they are now, at most limit, and
// whether there are more. member is asked each time, and answers with the list only
// where it is not the one that is known. Nobody may change what is returned. Who has
// left has no followers.
func (f *Follows) FindFollowers(ctx context.Context, member timeline.MemberID, limit int) (followers []timeline.MemberID, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, followsWithin)
	defer cancel()
	known, isKnown := f.audiences.Get(member)
	found, whole, err := f.readFollowers(ctx, member, limit, known, isKnown)
	switch {
	case isNotFound(err):
		f.audiences.Remove(member)
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("find followers of member %d: %w", member, err)
	case whole:
		f.audiences.Add(member, found)
	default:
		f.audiences.Remove(member)
	}
	if len(found.followers) > limit {
		return found.followers[:limit], true, nil
	}
	return found.followers, false, nil
}

// readFollowers reads one follower more than limit, where there are so many; whole
// is false where it stopped there, or the list changed meanwhile.
func (f *Follows) readFollowers(ctx context.Context, member timeline.MemberID, limit int, known audience, isKnown bool) (found audience, whole bool, err error) {
	params := memberrest.ListFollowerIDsParams{Limit: new(int)}
	if isKnown {
		params.Known = &known.version
	}
	for {
		*params.Limit = min(pageSize, limit+1-len(found.followers))
		part, err := f.member.ListFollowerIDs(ctx, int64(member), params)
		if err != nil {
			return found, false, err
		}
		if params.After == nil {
			if isKnown && part.Version == known.version {
				return known, true, nil
			}
			found.version, whole = part.Version, true
		}
		whole = whole && part.Version == found.version
		found.followers = append(found.followers, toMembers(part)...)
		if part.NextAfter == nil {
			return found, whole, nil
		}
		if len(found.followers) > limit {
			return found, false, nil
		}
		params.After, params.Known = part.NextAfter, nil
	}
}
