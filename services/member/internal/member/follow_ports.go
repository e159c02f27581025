package member

import (
	"context"
	"time"
)

// FollowStore keeps who follows whom. A follow has a version that outlives it,
// so that follows and their ends can be put in order.
type FollowStore interface {
	// AddFollow returns the follow's version, or ErrPresent.
	AddFollow(ctx context.Context, follower, target MemberID, at time.Time) (version int64, err error)
	// RemoveFollow returns the version of the removal, or ErrAbsent.
	RemoveFollow(ctx context.Context, follower, target MemberID) (version int64, err error)
	// CountFollow changes both counters by delta, in the order of member ids,
	// and their versions. It fails with ErrAbsent where a profile is gone, and
	// with ErrFull where the follower would follow more than most.
	CountFollow(ctx context.Context, follower, target MemberID, delta, most int) error
	// IsMember says whether member has a profile.
	IsMember(ctx context.Context, member MemberID) (bool, error)
}

// FollowReader lists follows of active members, the newest follow first: after an
// id (0 for the start), without the first skip, at most limit.
type FollowReader interface {
	// FindFollowersPage are those who follow member.
	FindFollowersPage(ctx context.Context, member MemberID, after FollowID, skip, limit int) ([]FollowRef, error)
	// FindFollowingsPage are those that member follows.
	FindFollowingsPage(ctx context.Context, member MemberID, after FollowID, skip, limit int) ([]FollowRef, error)
}

// FollowExporter lists the same from the oldest follow on, for the fleet.
type FollowExporter interface {
	FindFollowersAfter(ctx context.Context, member MemberID, after FollowID, limit int) ([]FollowRef, error)
	FindFollowingsAfter(ctx context.Context, member MemberID, after FollowID, limit int) ([]FollowRef, error)
	// FindFollowVersions are the versions of a member's two sets, else ErrAbsent.
	FindFollowVersions(ctx context.Context, member MemberID) (FollowVersions, error)
}

// NewcomerReader lists members by age.
type NewcomerReader interface {
	// FindNewcomers are active members whom viewer does not follow, without
	// viewer, the newest first: after a position (nil for the start), without
	// the first skip, at most limit.
	FindNewcomers(ctx context.Context, viewer MemberID, after *Newcomer, skip, limit int) ([]Newcomer, error)
	// CountNewcomers is how many there are in all.
	CountNewcomers(ctx context.Context, viewer MemberID) (int64, error)
}

// FollowRef is a follow in a list of one of its ends: the other one.
type FollowRef struct {
	ID     FollowID
	Member MemberID
}

// FollowVersions are the versions of the sets of members that a member follows
// and is followed by; each grows with each change of its set.
type FollowVersions struct {
	Followings int64
	Followers  int64
}

// Newcomer is a place in the list of members by age.
type Newcomer struct {
	Member    MemberID
	Profile   ProfileID
	CreatedAt time.Time
}

// FollowFinder finds whom a member who leaves is joined with.
type FollowFinder interface {
	// FindFollowings are those that member follows.
	FindFollowings(ctx context.Context, member MemberID) ([]MemberID, error)
	// FindFollowers are at most limit of those who follow member.
	FindFollowers(ctx context.Context, member MemberID, limit int) ([]MemberID, error)
	// LockProfiles locks the profiles that exist of these members by ascending id.
	LockProfiles(ctx context.Context, members []MemberID) error
}

// FollowDropper ends the follows of a member who leaves, with their counters.
type FollowDropper interface {
	// DropFollowings ends member's follows of targets, whose profiles are
	// locked, and returns the version of each end.
	DropFollowings(ctx context.Context, member MemberID, targets []MemberID) (map[MemberID]int64, error)
	// DropFollowers ends the follows of member by followers, whose profiles are locked.
	DropFollowers(ctx context.Context, member MemberID, followers []MemberID) error
}

// FollowerPurges remembers who left with followers left to be dropped.
type FollowerPurges interface {
	AddFollowerPurge(ctx context.Context, member MemberID, at time.Time) error
	// ClaimFollowerPurge locks one of them; else ErrAbsent.
	ClaimFollowerPurge(ctx context.Context) (MemberID, error)
	// RemoveFollowerPurge forgets one that was claimed.
	RemoveFollowerPurge(ctx context.Context, member MemberID) error
}

// FollowUndoer takes the follows of a member away who leaves.
type FollowUndoer interface {
	FollowFinder
	FollowDropper
	FollowerPurges
}
