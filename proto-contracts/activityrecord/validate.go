package activityrecord

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The years that an event may be from. A topic is made for the date of an event,
// so a nonsensical clock must not reach the broker.
const (
	firstYear = 2000
	lastYear  = 2199
)

const uuidTextLength = 36

// Validate tells whether an event keeps the rules of the contract: ids, time,
// version and state belong to its type. Limits of texts are their owners' business.
// Fails with ErrUnknownType, or a *ViolationError that names the first broken rule.
func Validate(e *Event) error {
	if e == nil {
		return violation("event", "must be there")
	}
	form, known := shapes[e.GetType()]
	if !known {
		return &ViolationError{Field: "type", Rule: "must be a known type", cause: ErrUnknownType}
	}
	if err := checkIdentity(e); err != nil {
		return err
	}
	if err := checkSubject(e, form.subject); err != nil {
		return err
	}
	if err := checkVersion(e, form.unversioned); err != nil {
		return err
	}
	return form.checkState(e)
}

func checkIdentity(e *Event) error {
	if id, err := uuid.Parse(e.GetEventId()); err != nil || len(e.GetEventId()) != uuidTextLength || id.Version() != 7 {
		return violation("event_id", "must be a UUIDv7")
	}
	if e.GetMemberId() <= 0 {
		return violation("member_id", "must be a member id")
	}
	return checkTime("occurred_at", e.GetOccurredAt())
}

func checkSubject(e *Event, about subject) error {
	needsPost := about == aboutPost || about == aboutComment
	if needsPost != (e.GetPostId() > 0) || e.GetPostId() < 0 {
		return violation("post_id", "must be there for posts and comments, and nowhere else")
	}
	if (about == aboutComment) != (e.GetCommentId() > 0) || e.GetCommentId() < 0 {
		return violation("comment_id", "must be there for comments, and nowhere else")
	}
	return nil
}

func checkVersion(e *Event, unversioned bool) error {
	switch {
	case e.GetVersion() < 0:
		return violation("version", "must not be negative")
	case !unversioned && e.GetVersion() == 0:
		return violation("version", "must be 1 or more for a change")
	}
	return nil
}

func checkTimes(field string, created, updated *timestamppb.Timestamp) error {
	if err := checkTime(field+".created_at", created); err != nil {
		return err
	}
	return checkTime(field+".updated_at", updated)
}

func checkTime(field string, t *timestamppb.Timestamp) error {
	if t == nil || t.CheckValid() != nil {
		return violation(field, "must be a time")
	}
	switch at := t.AsTime(); {
	case at.Year() < firstYear || at.Year() > lastYear:
		return violation(field, "must be between the years 2000 and 2199")
	case at.Nanosecond()%int(time.Microsecond) != 0:
		return violation(field, "must be in whole microseconds")
	}
	return nil
}
