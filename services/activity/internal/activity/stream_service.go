package activity

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// lateness is how much later than it happened an activity may be recorded and
	// still be found when a stream resumes.
	lateness = 10 * time.Minute
	// resumeMost is how many activities a stream catches up on at most.
	resumeMost = 1000
	// followedFor is how long a stream may not notice a new follow.
	followedFor = 5 * time.Second
)

// StreamService lets members follow their list of those they follow as it grows.
type StreamService struct {
	followed *FollowedService
	recent   RecentReader
	hub      *Hub
}

// NewStreamService shows what followed lists, as hub tells of it.
func NewStreamService(followed *FollowedService, recent RecentReader, hub *Hub) *StreamService {
	return &StreamService{followed: followed, recent: recent, hub: hub}
}

// Stream is one member's list as it grows. It is for one goroutine.
type Stream struct {
	// Missed is what was recorded between the last event and the beginning.
	Missed []Activity
	// Recorded is to be given to Visible; it is closed when the stream is to end.
	Recorded <-chan []Activity

	service      *StreamService
	subscription *Subscription
	caller       MemberID
	missed       map[ID]bool
	followed     map[MemberID]bool
	lookedUp     time.Time
}

// Open begins a stream of caller; Close must end it. last is the id of the last
// activity that it has seen, "" for a new stream. Nothing old comes with a new
// stream, or where last is not known any more.
// Fails with CodeServiceUnavailable where too many are open, and where nobody
// tells whom caller follows.
func (s *StreamService) Open(ctx context.Context, caller MemberID, last ID) (*Stream, error) {
	subscription, err := s.hub.Subscribe() // before looking back, so that nothing falls in between
	if err != nil {
		return nil, err
	}
	stream := &Stream{
		Recorded: subscription.Recorded, service: s, subscription: subscription, caller: caller, missed: map[ID]bool{},
	}
	if stream.Missed, err = s.since(ctx, caller, last); err != nil {
		stream.Close()
		return nil, err
	}
	for _, a := range stream.Missed {
		stream.missed[a.ID] = true
	}
	return stream, nil
}

// since lists what was recorded after last, in that order.
func (s *StreamService) since(ctx context.Context, caller MemberID, last ID) ([]Activity, error) {
	walk, err := s.followed.walk(ctx, caller, nil)
	if err != nil || last == "" {
		return nil, err
	}
	seen, err := s.recent.FindByID(ctx, last)
	if errors.Is(err, ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	walk.Since, walk.Expect = seen.CreatedAt.Add(-lateness), lookMost
	var missed []Activity
	for a, err := range s.followed.live(ctx, walk) {
		if err != nil {
			return nil, err
		}
		if byRecording(a, seen) > 0 {
			missed = append(missed, a)
		}
		if len(missed) == resumeMost {
			break
		}
	}
	slices.SortFunc(missed, byRecording)
	return missed, nil
}

// byRecording is the order of streams.
func byRecording(a, b Activity) int {
	return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
}

// Visible leaves of what was recorded what belongs into the stream: new, of
// those that the caller follows now, about what exists. Whom it follows is looked
// up again where that matters, and every 5 s.
func (s *Stream) Visible(ctx context.Context, recorded []Activity) ([]Activity, error) {
	if err := s.lookUp(ctx, followedFor); err != nil {
		return nil, err
	}
	if len(s.candidates(recorded)) == 0 {
		return nil, nil
	}
	if err := s.lookUp(ctx, 0); err != nil {
		return nil, err
	}
	var visible []Activity
	var fault error
	s.service.followed.yieldLive(ctx, s.candidates(recorded), func(a Activity, err error) bool {
		if fault = err; err == nil {
			visible = append(visible, a)
		}
		return err == nil
	})
	return visible, fault
}

// lookUp finds whom the caller follows, unless it did so within age.
func (s *Stream) lookUp(ctx context.Context, age time.Duration) error {
	now := s.service.followed.now()
	if s.followed != nil && now.Sub(s.lookedUp) < age {
		return nil
	}
	members, err := s.service.followed.followings.FindFollowings(ctx, s.caller)
	if err != nil {
		return err
	}
	s.followed, s.lookedUp = make(map[MemberID]bool, len(members)), now
	for _, member := range members {
		s.followed[member] = true
	}
	return nil
}

// candidates are new, and of those that the caller is known to follow.
func (s *Stream) candidates(recorded []Activity) (candidates []Activity) {
	since := s.subscription.since.Truncate(time.Millisecond)
	for _, a := range recorded {
		if s.followed[a.MemberID] && !s.missed[a.ID] && !a.RecordedAt.Before(since) {
			candidates = append(candidates, a)
		}
	}
	return candidates
}

// Close ends the stream.
func (s *Stream) Close() { s.service.hub.Unsubscribe(s.subscription) }
