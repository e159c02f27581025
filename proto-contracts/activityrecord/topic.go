package activityrecord

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// DefaultTopicPrefix begins the name of every topic of activities; the date follows.
const DefaultTopicPrefix = "member-activity-"

const topicDateLayout = "20060102"

// Topic is the topic of an event: the prefix and the UTC date of occurred_at, also
// when the event is sent later. The event must be valid.
func Topic(prefix string, e *Event) string {
	return prefix + e.GetOccurredAt().AsTime().Format(topicDateLayout)
}

// PartitionID is the id whose events stay in order with each other: of the post,
// for everything about it, or of the acting member.
func PartitionID(e *Event) int64 {
	if e.GetPostId() != 0 {
		return e.GetPostId()
	}
	return e.GetMemberId()
}

// PartitionKey is what the partition is computed from, by murmur2: the partition id
// as decimal text.
func PartitionKey(partitionID int64) []byte {
	return strconv.AppendInt(nil, partitionID, 10)
}

// Timestamp is t as events carry it: UTC, cut to microseconds, which is what the
// stores keep.
func Timestamp(t time.Time) *timestamppb.Timestamp {
	return timestamppb.New(t.Truncate(time.Microsecond))
}
