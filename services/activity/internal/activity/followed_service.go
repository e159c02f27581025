package activity

import (
	"context"
	"iter"
	"slices"
	"time"
)

const (
	// unreadMost is how far unread activities are counted: as deep as pages go.
	unreadMost = 10_000
	// skew is how far ahead another clock of the fleet may be.
	skew = time.Minute
	// lookMost bounds how many activities are asked about at once.
	lookLeast, lookMost = 20, 500
)

// FollowedService shows members what those they follow have done in public, and
// how much of it they have not read.
type FollowedService struct {
	followings Followings
	reader     FollowedReader
	marks      MarkStore
	now        Clock
}

// NewFollowedService joins what is followed, what was done and what was read.
func NewFollowedService(followings Followings, reader FollowedReader, marks MarkStore, now Clock) *FollowedService {
	return &FollowedService{followings: followings, reader: reader, marks: marks, now: now}
}

// List returns a page of the public activities of those that caller follows,
// newest first, without those about deleted posts and comments. No types mean
// all public ones; private types are never shown.
// Fails where nobody tells whom caller follows.
func (s *FollowedService) List(ctx context.Context, caller MemberID, types []Type, page Page) ([]Activity, error) {
	walk, err := s.walk(ctx, caller, types)
	if err != nil {
		return nil, err
	}
	walk.After, walk.Expect = page.After, page.Skip+page.Limit
	var listed []Activity
	for a, err := range s.live(ctx, walk) {
		switch {
		case err != nil:
			return nil, err
		case page.Skip > 0:
			page.Skip--
			continue
		}
		listed = append(listed, a)
		if len(listed) == page.Limit {
			break
		}
	}
	return listed, nil
}

// CountUnread is how many of caller's whole list it has not read, up to 10,000.
func (s *FollowedService) CountUnread(ctx context.Context, caller MemberID) (int64, error) {
	walk, err := s.walk(ctx, caller, nil)
	if err != nil {
		return 0, err
	}
	if walk.Since, err = s.marks.FindMark(ctx, caller); err != nil {
		return 0, err
	}
	walk.Expect = lookMost
	var count int64
	for _, err := range s.live(ctx, walk) {
		if err != nil {
			return 0, err
		}
		if count++; count == unreadMost {
			break
		}
	}
	return count, nil
}

// MarkRead notes that caller has read everything up to until, that second
// included. It takes nothing back, and a time in the future counts as now, so
// that no clock can make unread what is still to come.
func (s *FollowedService) MarkRead(ctx context.Context, caller MemberID, until time.Time) error {
	end := until.Add(time.Second)
	if latest := s.now().Add(skew); end.After(latest) {
		end = latest
	}
	return s.marks.RaiseMark(ctx, caller, end)
}

func (s *FollowedService) walk(ctx context.Context, caller MemberID, types []Type) (Walk, error) {
	members, err := s.followings.FindFollowings(ctx, caller)
	if err != nil {
		return Walk{}, err
	}
	public := PublicTypes()
	if len(types) > 0 {
		public = slices.DeleteFunc(public, func(t Type) bool { return !slices.Contains(types, t) })
	}
	return Walk{Members: members, Types: public}, nil
}

// live goes through walk without what is about deleted things. It looks ahead
// by at most lookMost.
func (s *FollowedService) live(ctx context.Context, walk Walk) iter.Seq2[Activity, error] {
	return func(yield func(Activity, error) bool) {
		if len(walk.Members) == 0 || len(walk.Types) == 0 {
			return
		}
		look := min(max(walk.Expect, lookLeast), lookMost)
		ahead := make([]Activity, 0, look)
		for a, err := range s.reader.Walk(ctx, walk) {
			if err != nil {
				yield(Activity{}, err)
				return
			}
			if ahead = append(ahead, a); len(ahead) < look {
				continue
			}
			if !s.yieldLive(ctx, ahead, yield) {
				return
			}
			ahead = ahead[:0]
		}
		s.yieldLive(ctx, ahead, yield)
	}
}

// yieldLive yields those of activities whose things exist. It returns false
// where nothing more is wanted.
func (s *FollowedService) yieldLive(ctx context.Context, activities []Activity, yield func(Activity, error) bool) bool {
	var things []Thing
	for _, a := range activities {
		things = append(things, a.about()...)
	}
	buried, err := s.reader.FindBuried(ctx, things)
	if err != nil {
		yield(Activity{}, err)
		return false
	}
	for _, a := range activities {
		if slices.ContainsFunc(a.about(), func(t Thing) bool { return buried[t] }) {
			continue
		}
		if !yield(a, nil) {
			return false
		}
	}
	return true
}
