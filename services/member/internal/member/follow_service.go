package member

import (
	"context"
	"errors"
)

// MaxFollowings is how many members one may follow (spec 04).
const MaxFollowings = 1000

// FollowStores is what FollowService needs of a database.
type FollowStores interface {
	Transactor
	FollowStore
	FollowExporter
}

// FollowService is who follows whom.
type FollowService struct {
	store   FollowStores
	facts   FactLog
	signals ChangeSignals
	now     Clock
}

// NewFollowService joins the use cases of follows to their ports.
func NewFollowService(store FollowStores, facts FactLog, signals ChangeSignals, now Clock) *FollowService {
	return &FollowService{store: store, facts: facts, signals: signals, now: now}
}

// Follow makes member follow target.
// Fails with FOLLOW_SELF, MEMBER_NOT_FOUND, FOLLOW_RELATIONSHIP_ALREADY_EXISTS
// or FOLLOW_LIMIT_EXCEEDS.
func (s *FollowService) Follow(ctx context.Context, member, target MemberID) error {
	if member == target {
		return CodeFollowSelf.New()
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.requireMember(ctx, target); err != nil {
			return err
		}
		now := s.now()
		version, err := s.store.AddFollow(ctx, member, target, now)
		if errors.Is(err, ErrPresent) {
			return CodeFollowExists.Wrap(err)
		}
		if err != nil {
			return err
		}
		return s.changed(ctx, FollowFact{Following: true, Follower: member, Target: target, At: now, Version: version}, 1)
	})
}

// Unfollow ends member's follow of target.
// Fails with MEMBER_NOT_FOUND or FOLLOW_RELATIONSHIP_NOT_FOUND.
func (s *FollowService) Unfollow(ctx context.Context, member, target MemberID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.requireMember(ctx, target); err != nil {
			return err
		}
		version, err := s.store.RemoveFollow(ctx, member, target)
		if errors.Is(err, ErrAbsent) {
			return CodeFollowNotFound.Wrap(err)
		}
		if err != nil {
			return err
		}
		return s.changed(ctx, FollowFact{Follower: member, Target: target, At: s.now(), Version: version}, -1)
	})
}

func (s *FollowService) requireMember(ctx context.Context, member MemberID) error {
	exists, err := s.store.IsMember(ctx, member)
	if err == nil && !exists {
		return CodeMemberNotFound.New()
	}
	return err
}

// changed states a follow's change and counts it. The counters are last: their
// rows are what the followers of a popular member queue on.
func (s *FollowService) changed(ctx context.Context, fact FollowFact, delta int) error {
	if err := s.facts.Record(ctx, fact); err != nil {
		return err
	}
	err := s.store.CountFollow(ctx, fact.Follower, fact.Target, delta, MaxFollowings)
	switch {
	case errors.Is(err, ErrFull):
		return CodeFollowLimitExceeds.Wrap(err)
	case errors.Is(err, ErrAbsent): // one of them left meanwhile
		return CodeMemberNotFound.Wrap(err)
	case err != nil:
		return err
	}
	versions, err := s.store.FindFollowVersions(ctx, fact.Follower)
	if err != nil {
		return err
	}
	return s.store.AfterCommit(ctx, func() { s.signals.FollowingsChanged(ctx, fact.Follower, versions.Followings) })
}
