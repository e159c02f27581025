// Package growth computes what a number of members and posts means for tables,
// feeds and topics, from sizes that were measured on a small dataset.
package growth

import "math"

// Town is what members do.
type Town struct {
	// Members and Posts are how many there are by then.
	Members, Posts float64
	// Active is the share of members who used the service in the last 30 days:
	// those have feeds.
	Active float64
	// PostsPerDay, ReadsPerDay and LikesPerPost are of an active member, and of a post.
	PostsPerDay, ReadsPerDay, LikesPerPost float64
	// FanOutLimit is how many followers an author may have to be pushed.
	FanOutLimit float64
}

// Sizes are bytes, as measured; see docs/performance.md.
type Sizes struct {
	Post, Member, Like, Follow        float64 // rows with their indexes
	FeedEntry, FeedBeside, StoredPost float64 // in Redis
	Event                             float64 // a record with its headers, compressed
}

// Load is what a town means.
type Load struct {
	Follows, FollowsPerMember float64
	// PostsTable … are bytes in MySQL.
	PostsTable, LikesTable, FollowsTable, MembersTable float64
	// Feeds and Pages are bytes in Redis.
	Feeds, Pages float64
	// PushedShare is of posts; PushesPerSecond are entries written into feeds;
	// OfferedPerSecond are posts that go to the stream instead.
	PushedShare, PushesPerSecond, OfferedPerSecond float64
	// CatchUp is after how long a feed that nobody read is behind the stream by
	// more than it takes over, and is built again.
	CatchUp float64
	// EventsPerDay and TopicPerDay (bytes) are of all members.
	EventsPerDay, TopicPerDay float64
	// ReadsPerSecond are home pages.
	ReadsPerSecond float64
}

const (
	feedLength = 800
	catchUp    = 500
	day        = 86_400
	readShare  = 1.0 / 20 // of posts are stored as pages at a time: those of the last days
)

// Simulate follows a power law: the member of rank r has Members ÷ r followers,
// and writes about as often as any other of its order of magnitude, so that the
// logarithm of an author's rank is even among posts.
func Simulate(t Town, s Sizes) Load {
	var l Load
	l.Follows = t.Members * (math.Log(t.Members) + 0.577) //nolint:mnd // Euler's constant
	l.FollowsPerMember = l.Follows / t.Members
	posts := t.Members * t.Active * t.PostsPerDay / day

	// authors of rank above this are pushed
	limitRank := t.Members / t.FanOutLimit
	l.PushedShare = 1 - math.Log(limitRank)/math.Log(t.Members)
	// followers of a pushed author, on average over the logarithm of its rank
	span := math.Log(t.Members) - math.Log(limitRank)
	average := t.Members * (1/limitRank - 1/t.Members) / span
	l.PushesPerSecond = posts * l.PushedShare * average * t.Active
	l.OfferedPerSecond = posts * (1 - l.PushedShare)
	l.CatchUp = catchUp / l.OfferedPerSecond

	l.PostsTable, l.LikesTable = t.Posts*s.Post, t.Posts*t.LikesPerPost*s.Like
	l.FollowsTable, l.MembersTable = l.Follows*s.Follow, t.Members*s.Member
	l.Feeds = t.Members * t.Active * (feedLength*s.FeedEntry + s.FeedBeside)
	l.Pages = math.Min(t.Posts, posts*day*30*readShare) * s.StoredPost //nolint:mnd // days
	l.EventsPerDay = posts * day * (1 + t.LikesPerPost)
	l.TopicPerDay = l.EventsPerDay * s.Event
	l.ReadsPerSecond = t.Members * t.Active * t.ReadsPerDay / day
	return l
}
