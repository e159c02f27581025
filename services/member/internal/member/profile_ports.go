package member

import (
	"context"
	"time"
)

// ProfileStore keeps profiles and their pictures.
type ProfileStore interface {
	// AddProfile fails with ErrPresent where another profile has the handle.
	AddProfile(ctx context.Context, profile Profile) (ProfileID, error)
	// LockProfile finds a profile for changing it, else ErrAbsent.
	LockProfile(ctx context.Context, member MemberID) (Profile, error)
	// UpdateProfile writes everything but the counters of a locked profile. It
	// fails with ErrPresent where another profile has the handle.
	UpdateProfile(ctx context.Context, profile Profile) error
	// RemoveProfile deletes a locked profile with its pictures.
	RemoveProfile(ctx context.Context, profile Profile) error
}

// ImageRemovalLog remembers pictures that are to be deleted.
type ImageRemovalLog interface {
	AddImageRemovals(ctx context.Context, member MemberID, urls []string, at time.Time) error
}

// ProfileReader finds profiles of active members.
type ProfileReader interface {
	// FindProfile finds a member's profile and how viewer stands to it, else ErrAbsent.
	FindProfile(ctx context.Context, viewer, member MemberID) (Profile, Relation, error)
	// FindProfileByHandle does the same by handle, without case.
	FindProfileByHandle(ctx context.Context, viewer MemberID, handle string) (Profile, Relation, error)
	// HandleTaken says whether a profile has the handle, without case.
	HandleTaken(ctx context.Context, handle string) (bool, error)
	// FindSummaries finds what exists of these members, in any order, with how
	// viewer stands to each.
	FindSummaries(ctx context.Context, viewer MemberID, ids []MemberID) ([]Summary, error)
}

// ChangeSignals tells caches what is no longer so. Failures are repeated by the
// implementation.
type ChangeSignals interface {
	// ProfileChanged drops what caches hold of a member.
	ProfileChanged(ctx context.Context, member MemberID)
	// FollowingsChanged publishes the version of a member's set of followings.
	FollowingsChanged(ctx context.Context, member MemberID, version int64)
	// FollowingsChangedMany publishes those of many, as they are stored.
	FollowingsChangedMany(ctx context.Context, members []MemberID)
}
