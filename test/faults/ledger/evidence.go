package ledger

import "time"

// Evidence is what was found when all was quiet, of the members of a ledger.
type Evidence struct {
	Posts        map[int64]PostRow
	Comments     map[int64]CommentRow
	PostLikes    map[Pair]bool
	CommentLikes map[Pair]bool
	Follows      map[Pair]bool
	Members      map[int64]MemberRow
	// Records are those of all topics.
	Records        []Record
	Activities     []ActivityDocument
	SearchPosts    []SearchDocument
	SearchComments []SearchDocument
	// Feeds are home feeds as the API gives them, all pages.
	Feeds map[int64][]int64
	// Letters are events that are left in a writer's table, and records that a consumer
	// put away, in words.
	Letters []string
	// Unquiet is what had not come to rest by the deadline, in words.
	Unquiet []string
}

// PostRow is a row of posts with its counters.
type PostRow struct {
	Author          int64
	Text            string
	Deleted         bool
	Version         int64
	Likes, Comments int64
	CreatedAt       time.Time
}

// CommentRow is a row of comments.
type CommentRow struct {
	Post, Parent, Author int64
	Text                 string
	Deleted              bool
	Version              int64
	Likes, Replies       int64
}

// MemberRow has the counters of a member.
type MemberRow struct{ Followers, Followings int64 }

// Record is an event in a topic.
type Record struct {
	Topic     string
	Partition int
	Offset    int64
	// Arrival orders the records of a partition, also where a topic was lost and made
	// again with offsets from 0.
	Arrival int
	EventID string
	Type    string
	Key     string
	// Thing is what the version counts; "" for events without a version.
	Thing   string
	Version int64
	Member  int64
}

// ActivityDocument is a recorded activity.
type ActivityDocument struct {
	Key, EventID string
	Version      int64
}

// SearchDocument is a document of a post or a comment.
type SearchDocument struct {
	ID      int64
	Version int64
	Gone    bool
	Body    string
}
