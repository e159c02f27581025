package feed

import (
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

const (
	feedPrefix    = "timeline:api:posts:followings_recent_posts:"
	authorsSuffix = ":authors"
	stateSuffix   = ":state"
	olderSuffix   = ":older"
	// streamKey holds what is not pushed.
	streamKey = "timeline:api:posts:not_pushed"
	// postPrefix and likesPrefix are forgotten by content when what they hold
	// changes; timeline forgets them again on the events of that.
	postPrefix  = "timeline:api:posts:post_item:"
	likesPrefix = "timeline:api:posts:likes:"
	// versionPrefix is member's: it writes a new value with each follow and unfollow.
	versionPrefix = "member:api:followings-version:"
)

// listForm tells feeds that are lists with a fence from those of releases before,
// which were lists without one, and sorted sets, under the same keys.
const listForm = "3"

const (
	// feedLife is how long a feed is kept after it was last read: a member that
	// has not used the service for so long is not pushed to (spec 02).
	feedLife = 30 * 24 * time.Hour
	// touchEvery is how often reading a feed prolongs its life.
	touchEvery = 24 * time.Hour
	// buildLife is how long an unfinished build collects.
	buildLife = time.Minute
	// olderLife is how long the posts behind a feed are kept for who reads on. It
	// bounds how long one may be missing that was committed so late that eight
	// hundred newer ones were there before it.
	olderLife = 10 * time.Minute
	// streamLife is how long an untouched stream is kept.
	streamLife = feedLife
	// itemLife is how long a stored post or list of likes lives: it bounds the
	// memory that nobody reads, and how long a fault could last.
	itemLife = time.Hour
	// streamLength is about how many entries the stream holds.
	streamLength = 10_000
	// catchUp is how many entries of the stream a feed takes over at a time; one
	// that is further behind is built again.
	catchUp = 500
)

func feedKey(member timeline.MemberID) string {
	return feedPrefix + strconv.FormatInt(int64(member), 10)
}

func postKey(post timeline.PostID) string { return postPrefix + strconv.FormatInt(int64(post), 10) }

func likesKey(member timeline.MemberID) string {
	return likesPrefix + strconv.FormatInt(int64(member), 10)
}

func versionKey(member timeline.MemberID) string {
	return versionPrefix + strconv.FormatInt(int64(member), 10)
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
