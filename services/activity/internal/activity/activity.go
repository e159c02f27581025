package activity

import "time"

// Activity is one thing that a member did. Ids that do not apply are 0.
type Activity struct {
	ID ID
	// Key is the message key of its event, which names it once and for all.
	Key string
	// EventID is the event that it was last changed by; "" where a member
	// recorded it.
	EventID   string
	Type      Type
	MemberID  MemberID
	PostID    PostID
	CommentID CommentID
	// TargetID is who was followed or is no longer.
	TargetID MemberID
	// Version is that of the thing it is about; 0 where nothing changed, and
	// where a member recorded it.
	Version int64
	// CreatedAt is when it happened first, UpdatedAt when it happened last.
	CreatedAt time.Time
	UpdatedAt time.Time
	// RecordedAt is when it came here first; the store sets it.
	RecordedAt time.Time
}

// FromEvent completes an activity that an event tells of: it gives it its id.
func FromEvent(a Activity) Activity {
	a.ID = newID(a.Key)
	return a
}

// Thing is a post or a comment; one of the two is 0.
type Thing struct {
	Post    PostID
	Comment CommentID
}

// about are the things that must not be deleted where the activity is shown to
// others.
func (a Activity) about() []Thing {
	var things []Thing
	if a.PostID != 0 {
		things = append(things, Thing{Post: a.PostID})
	}
	if a.CommentID != 0 {
		things = append(things, Thing{Comment: a.CommentID})
	}
	return things
}

// Burial is a thing that is deleted.
type Burial struct {
	Thing   Thing
	Version int64
	At      time.Time
}

// burial is the thing that the activity deleted; ok is false for all others.
func (a Activity) burial() (b Burial, ok bool) {
	b = Burial{Version: a.Version, At: a.CreatedAt}
	switch a.Type { //nolint:exhaustive // the two that delete
	case PostDelete:
		b.Thing.Post = a.PostID
	case CommentDelete:
		b.Thing.Comment = a.CommentID
	default:
		return Burial{}, false
	}
	return b, true
}

// Position is a place in a list that is ordered by CreatedAt and ID, newest first.
type Position struct {
	CreatedAt time.Time
	ID        ID
}

// Position is the activity's own place.
func (a Activity) Position() Position { return Position{CreatedAt: a.CreatedAt, ID: a.ID} }
