package activity

import (
	"context"
	"errors"
	"iter"
	"time"
)

// ErrAbsent is what stores return for a document that does not exist.
var ErrAbsent = errors.New("activity: absent")

// ErrPresent is what stores return for an id that another activity has.
var ErrPresent = errors.New("activity: present")

// Clock tells the time, in UTC with at most microseconds.
type Clock func() time.Time

// RecordStore keeps activities.
type RecordStore interface {
	// Upsert stores each activity under its key, in their order. Of one whose
	// key is there already, UpdatedAt, Version and EventID are taken over where
	// it is newer (a higher version, or the same and a later time); everything
	// else stays, CreatedAt and ID above all. Doing it again changes nothing.
	// Fails with ErrPresent where another key has an id.
	Upsert(ctx context.Context, activities []Activity) error
	// Bury remembers that things are deleted, for good.
	Bury(ctx context.Context, burials []Burial) error
	// FindByKey finds an activity by its key, else ErrAbsent.
	FindByKey(ctx context.Context, key string) (Activity, error)
	// FindByID finds an activity by its id, else ErrAbsent.
	FindByID(ctx context.Context, id ID) (Activity, error)
}

// HistoryReader reads what one member did.
type HistoryReader interface {
	// ListOf returns a page of member's activities, newest first. No types mean all.
	ListOf(ctx context.Context, member MemberID, types []Type, page Page) ([]Activity, error)
}

// Page is a part of a list: Limit entries after After, or where it is nil after
// the first Skip ones.
type Page struct {
	After *Position
	Skip  int
	Limit int
}

// Walk is a list of activities of several members.
type Walk struct {
	Members []MemberID
	// Types has one entry at least.
	Types []Type
	// After is where it begins; nil at the newest.
	After *Position
	// Since leaves out what happened before; the zero time leaves out nothing.
	Since time.Time
	// Expect is about how many will be looked at.
	Expect int
}

// FollowedReader reads what many members did.
type FollowedReader interface {
	// Walk goes through a list, newest first, until the caller stops. It ends
	// with the first error. It costs about what is looked at, not what there is.
	Walk(ctx context.Context, walk Walk) iter.Seq2[Activity, error]
	// FindBuried returns those of things that are deleted.
	FindBuried(ctx context.Context, things []Thing) (map[Thing]bool, error)
}

// RecentReader reads what was recorded lately.
type RecentReader interface {
	// ListRecorded returns at most limit activities of types that were recorded
	// after a time and an id, in the order of these two.
	ListRecorded(ctx context.Context, types []Type, after time.Time, id ID, limit int) ([]Activity, error)
	// FindByID finds an activity by its id, else ErrAbsent.
	FindByID(ctx context.Context, id ID) (Activity, error)
}

// MarkStore keeps up to when members have read.
type MarkStore interface {
	// FindMark is the end of what member has read; the zero time where it has
	// read nothing.
	FindMark(ctx context.Context, member MemberID) (time.Time, error)
	// RaiseMark moves the end of what member has read to until, and never back.
	RaiseMark(ctx context.Context, member MemberID, until time.Time) error
}

// Followings knows who follows whom.
type Followings interface {
	// FindFollowings are the members that member follows, 1000 at most. Fails
	// where neither its owner nor an earlier answer tells.
	FindFollowings(ctx context.Context, member MemberID) ([]MemberID, error)
}
