// Package memberapi asks member whom a member follows, and remembers the answer.
package memberapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

const (
	keyPrefix = "activity:followings:"
	// versionPrefix is member's: it publishes the version of a list there when
	// it changes, before it answers.
	versionPrefix = "member:api:followings-version:"
	// fresh is how old a list may be of which no version is published.
	fresh = 5 * time.Second
	// keep is how long the last known list serves while member is away.
	keep = 24 * time.Hour
	// askWithin bounds a question to member.
	askWithin = 2 * time.Second
	// askMost is more than a member may follow, and pagesMost bounds the questions
	// for it.
	askMost, pagesMost = 1000, 3
	codeNotFound       = "MEMBER_NOT_FOUND"
)

// Member answers for member; *memberrest.Client does.
type Member interface {
	ListFollowingIDs(ctx context.Context, memberID int64, params memberrest.ListFollowingIDsParams, options ...rest.Option) (memberrest.FollowIDs, error)
}

// Followings implements activity.Followings.
type Followings struct {
	redis  *rediscache.Client
	member Member
	now    activity.Clock
}

var _ activity.Followings = (*Followings)(nil)

// NewFollowings asks member, and keeps what it says in redis.
func NewFollowings(redis *rediscache.Client, member Member, now activity.Clock) *Followings {
	return &Followings{redis: redis, member: member, now: now}
}

// list is what Redis keeps of a member.
type list struct {
	Version   int64     `json:"version"`
	MemberIDs []int64   `json:"memberIds"`
	FetchedAt time.Time `json:"fetchedAt"`
}

// FindFollowings implements activity.Followings. A list whose version member has
// published since is up to date; one without a published version may be 5 s
// old. Where member does not answer, the last known list of the last 24 hours
// serves; where there is none it fails with what member's failure means.
func (f *Followings) FindFollowings(ctx context.Context, member activity.MemberID) ([]activity.MemberID, error) {
	known, isCurrent := f.look(ctx, member)
	if isCurrent {
		return toMembers(known.MemberIDs), nil
	}
	at := f.now()
	asked, err := f.ask(ctx, member)
	if err == nil {
		asked.FetchedAt = at
		f.keep(ctx, member, asked)
		return toMembers(asked.MemberIDs), nil
	}
	if known == nil || ctx.Err() != nil {
		return nil, err
	}
	slog.WarnContext(ctx, "member not asked whom a member follows, the last known serve", "age", at.Sub(known.FetchedAt).String(), "error", err)
	return toMembers(known.MemberIDs), nil
}

// look finds what is known, nil where nothing is.
func (f *Followings) look(ctx context.Context, member activity.MemberID) (known *list, isCurrent bool) {
	values, err := f.redis.MGet(ctx, key(keyPrefix, member), key(versionPrefix, member))
	if err != nil {
		slog.WarnContext(ctx, "known followings not read", "error", err)
		return nil, false
	}
	if values[0] == nil {
		return nil, false
	}
	known = new(list)
	if err := json.Unmarshal([]byte(*values[0]), known); err != nil {
		slog.WarnContext(ctx, "known followings not understood", "error", err)
		return nil, false
	}
	if values[1] == nil {
		return known, f.now().Sub(known.FetchedAt) <= fresh
	}
	published, err := strconv.ParseInt(*values[1], 10, 64)
	return known, err == nil && known.Version >= published
}

func (f *Followings) ask(ctx context.Context, member activity.MemberID) (list, error) {
	limited, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var answer list
	var after int64
	for range pagesMost {
		part, err := f.member.ListFollowingIDs(limited, int64(member), memberrest.ListFollowingIDsParams{After: new(after), Limit: new(askMost)})
		if err != nil {
			return f.failed(ctx, member, err)
		}
		answer.Version = part.Version
		answer.MemberIDs = append(answer.MemberIDs, part.MemberIDs...)
		if part.NextAfter == nil {
			break
		}
		after = *part.NextAfter
	}
	return answer, nil
}

// failed says what a failure means to the caller. A member that member does not
// know follows nobody.
func (f *Followings) failed(ctx context.Context, member activity.MemberID, err error) (list, error) {
	var answered *rest.Failure
	switch {
	case errors.As(err, &answered) && answered.Code == codeNotFound:
		return list{}, nil
	case ctx.Err() != nil: // nobody left to tell
	case errors.Is(err, context.DeadlineExceeded): // our own limit: member is taken to be away
		err = apierr.CodeServiceUnavailable.Wrap(err)
	default:
		err = orUnavailable(serviceclient.Failure(err))
	}
	return list{}, fmt.Errorf("ask whom member %d follows: %w", member, err)
}

// orUnavailable is for answers that make no sense, such as those of a wrong
// address: the list is not to be had.
func orUnavailable(err error) error {
	if _, known := errors.AsType[*apierr.Error](err); known {
		return err
	}
	return apierr.CodeServiceUnavailable.Wrap(err)
}

func (f *Followings) keep(ctx context.Context, member activity.MemberID, asked list) {
	text, err := json.Marshal(asked)
	if err == nil {
		err = f.redis.Conn().Set(ctx, key(keyPrefix, member), text, keep).Err()
	}
	if err != nil {
		slog.WarnContext(ctx, "followings not kept", "error", err)
	}
}

func key(prefix string, member activity.MemberID) string {
	return prefix + strconv.FormatInt(int64(member), 10)
}

func toMembers(ids []int64) []activity.MemberID {
	members := make([]activity.MemberID, len(ids))
	for i, id := range ids {
		members[i] = activity.MemberID(id)
	}
	return members
}
