package timeline

import (
	"context"
	"time"
)

// FeedLength is how many posts a stored home feed holds: the newest ones.
const FeedLength = 800

// OlderLength is how many posts behind a stored feed are kept for who reads on:
// a hundred pages, so that looking for them is a small part of what these cost.
const OlderLength = 2000

// FurtherLength is the same for who has come to the end of these: most of a look is
// a range of an index for each author, however many posts it finds.
const FurtherLength = 8000

// FeedEntry is a post in a home feed.
type FeedEntry struct {
	PostID PostID
	// CreatedAt orders the feed. A stored feed knows it to the second, and the
	// rows of the posts decide the order within one.
	CreatedAt time.Time
}

// Followings is whom a member follows. Version grows with each follow and unfollow.
type Followings struct {
	Members []MemberID
	Version int64
}

// FollowGraph knows who follows whom.
type FollowGraph interface {
	// FindFollowings returns all that member follows as they are now. An error
	// means that it cannot be found out at the moment.
	FindFollowings(ctx context.Context, member MemberID) (Followings, error)
}

// FeedState says whether a stored feed may be shown.
type FeedState uint8

const (
	// FeedMissing is a feed that is not stored, or was built for other followings.
	FeedMissing FeedState = iota
	// FeedUnproven is a feed of which only its FollowGraph can tell whether it
	// was built for the followings of now.
	FeedUnproven
	// FeedReady is a feed that may be shown.
	FeedReady
)

// FeedRange is a run of a stored feed, newest first: Count entries from the
// Start-th on, or from the newest one of the second Until on where that is set.
type FeedRange struct {
	Start int
	Until time.Time
	Count int
}

// Needed is how many of Count are needed for themselves; the rest tells where the
// second of the last of them ends.
func (r FeedRange) Needed() int { return max(r.Count-feedSlack, 1) }

// FeedRun is what a stored feed has in a FeedRange.
type FeedRun struct {
	State FeedState
	// Version is that of the followings that the feed was built for.
	Version int64
	Entries []FeedEntry
	// Bottom says that nothing is stored below Entries, and Whole that nothing
	// older exists either.
	Bottom bool
	Whole  bool
}

// FeedMoment is a point in the life of stored feeds: it tells those that were begun
// since from those that were there. Empty is before everything.
type FeedMoment string

// FeedBase is what a stored feed stands on.
type FeedBase struct {
	// Followings are those that it was built for.
	Followings Followings
	// Older is how many posts behind it are kept.
	Older int
	// Pace is about how much time lies between two posts at its end, or at that of
	// the older ones; 0 where that cannot be told.
	Pace time.Duration
}

// FeedReader reads stored home feeds, which may be lost at any time. An error
// means that the store cannot be used at the moment.
type FeedReader interface {
	// ReadFeed reads a run of reader's feed as it is now.
	ReadFeed(ctx context.Context, reader MemberID, part FeedRange) (FeedRun, error)
	// FindFeedBase returns what reader's feed stands on, else ErrAbsent.
	FindFeedBase(ctx context.Context, reader MemberID) (FeedBase, error)
}

// FeedWriter changes stored home feeds.
type FeedWriter interface {
	// BeginFeed throws reader's feed away and collects from now on what is
	// published by followings. The ticket names this attempt for FillFeed.
	BeginFeed(ctx context.Context, reader MemberID, followings Followings) (ticket string, err error)
	// FillFeed adds entries to what was collected since BeginFeed and makes the
	// feed ready; whole says that nothing older exists. A feed that was begun
	// again since, or lost, stays as it is.
	FillFeed(ctx context.Context, reader MemberID, ticket string, entries []FeedEntry, whole bool) error
	// KeepOlder keeps the posts that stand behind reader's feed, if that is of
	// version: all of them from the second until on, down to the last of entries.
	// Looks at the feed go on in them; whole says that nothing older exists.
	KeepOlder(ctx context.Context, reader MemberID, version int64, until time.Time, entries []FeedEntry, whole bool) error
	// DropFromFeed removes entries from reader's feed.
	DropFromFeed(ctx context.Context, reader MemberID, entries []FeedEntry) error
}

// FeedStore keeps home feeds.
type FeedStore interface {
	FeedReader
	FeedWriter
}

// BuildGate keeps building feeds from multiplying load.
type BuildGate interface {
	// Once runs build, unless a call for the same reader is running it, whose
	// outcome it then shares. Only so many builds run at a time; the others wait
	// until ctx ends.
	Once(ctx context.Context, reader MemberID, build func(ctx context.Context) (Home, error)) (Home, error)
	// Turn runs work, which takes as much memory as a build, when its turn has come.
	Turn(ctx context.Context, work func(ctx context.Context) error) error
}

// Home is a feed that was just built from the database.
type Home struct {
	Followings Followings
	// Entries are the newest, at most FeedLength, with exact times.
	Entries []FeedEntry
}

// runOf is a run of entries, newest first, of which whole says that nothing older
// exists.
func runOf(entries []FeedEntry, whole bool, part FeedRange) FeedRun {
	from := min(part.Start, len(entries))
	if !part.Until.IsZero() {
		end := part.Until.Truncate(time.Second).Add(time.Second)
		for from < len(entries) && !entries[from].CreatedAt.Before(end) {
			from++
		}
	}
	to := min(from+part.Count, len(entries))
	return FeedRun{State: FeedReady, Entries: entries[from:to], Bottom: to == len(entries), Whole: to == len(entries) && whole}
}

func (h Home) whole() bool { return len(h.Entries) < FeedLength }
