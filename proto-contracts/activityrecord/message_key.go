package activityrecord

import (
	"fmt"
	"strconv"
	"strings"
)

// KeyPrefix begins every message key.
const KeyPrefix = "member_activity:kafka_event:"

const (
	keySeparator  = "###"
	keyTimeLayout = "2006-01-02 15:04:05.000000000"
)

// Key is the message key of an event: its name for people and for upserts.
// The event must be valid. Times in it are UTC.
func Key(e *Event) string {
	form := shapes[e.GetType()]
	parts := []string{
		TypeName(e.GetType()),
		strconv.FormatInt(keyedID(e, form.subject), 10),
		strconv.FormatInt(e.GetMemberId(), 10),
	}
	if form.timed {
		parts = append(parts, e.GetOccurredAt().AsTime().Format(keyTimeLayout))
	}
	return KeyPrefix + strings.Join(parts, keySeparator)
}

// keyedID is the id in the middle of the key.
func keyedID(e *Event, about subject) int64 {
	switch about {
	case aboutPost:
		return e.GetPostId()
	case aboutComment:
		return e.GetCommentId()
	case aboutFollow:
		return e.GetFollow().GetTargetMemberId()
	case aboutMember:
		return e.GetMemberId()
	default:
		return 0
	}
}

// IsFirst says that the event tells of the making of its thing: no other event can be
// older. Of events that repeat a version it is the only one that says so.
func IsFirst(e *Event) bool {
	switch e.GetType() { //nolint:exhaustive // the others change what is there
	case PostCreate, CommentCreate, MemberSignup:
		return e.GetVersion() == 1
	default:
		return false
	}
}

// Thing names what an event's version counts: a post, a comment, one member's like
// of one thing, one member's follow of another, or a member. Events about the same
// thing must reach the broker in the order of their versions; events about
// different things need no order. The event must be valid.
func Thing(e *Event) string {
	switch {
	case e.GetLike() != nil && e.GetCommentId() != 0:
		return fmt.Sprintf("like:comment:%d:%d", e.GetCommentId(), e.GetMemberId())
	case e.GetLike() != nil:
		return fmt.Sprintf("like:post:%d:%d", e.GetPostId(), e.GetMemberId())
	case e.GetFollow() != nil:
		return fmt.Sprintf("follow:%d:%d", e.GetMemberId(), e.GetFollow().GetTargetMemberId())
	case e.GetCommentId() != 0:
		return fmt.Sprintf("comment:%d", e.GetCommentId())
	case e.GetPostId() != 0:
		return fmt.Sprintf("post:%d", e.GetPostId())
	default:
		return fmt.Sprintf("member:%d", e.GetMemberId())
	}
}
