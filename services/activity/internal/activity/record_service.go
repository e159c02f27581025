package activity

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// RecordService records activities.
type RecordService struct {
	store RecordStore
	keyOf func(Activity) string
	now   Clock
}

// NewRecordService records in store. keyOf makes the message key of an activity
// whose other fields are set.
func NewRecordService(store RecordStore, keyOf func(Activity) string, now Clock) *RecordService {
	return &RecordService{store: store, keyOf: keyOf, now: now}
}

// Apply records what events tell, in any order and any number of times. What
// they deleted is hidden from others before the deletion itself is recorded.
// A fault is the store's; then some may have been recorded, and applying all of
// them again is right.
func (s *RecordService) Apply(ctx context.Context, activities []Activity) error {
	var burials []Burial
	for _, a := range activities {
		if b, deletes := a.burial(); deletes {
			burials = append(burials, b)
		}
	}
	if len(burials) > 0 {
		if err := s.store.Bury(ctx, burials); err != nil {
			return err
		}
	}
	return s.store.Upsert(ctx, activities)
}

// Draft is what a member says that it did.
type Draft struct {
	Type Type
	// MemberID is 0 where the caller did not say.
	MemberID  MemberID
	PostID    PostID
	CommentID CommentID
}

// Request names a request, so that its repeat is known even where nothing but
// the activity itself remembers the first. The zero Request has no name.
type Request struct {
	Name string
	// Within is how long a repeat counts as one; 0 is for ever.
	Within time.Duration
}

// Record records what caller says that it did now, and returns the activity as
// it is stored: an earlier one where the type happens once to a thing, or where
// request is a repeat.
// Fails with CodeForbidden for another member's activity; anything else is a
// storage fault.
func (s *RecordService) Record(ctx context.Context, caller MemberID, draft Draft, request Request) (Activity, error) {
	if draft.MemberID != 0 && draft.MemberID != caller {
		return Activity{}, CodeForbidden.New()
	}
	now := s.now()
	a := Activity{
		Type: draft.Type, MemberID: caller, PostID: draft.PostID, CommentID: draft.CommentID,
		CreatedAt: now, UpdatedAt: now,
	}
	a.Key = s.keyOf(a)
	a.ID = newID(a.Key)
	if request.Name == "" || a.Type.happensOnce() {
		return s.recordByKey(ctx, a)
	}
	return s.recordByRequest(ctx, a, request)
}

func (s *RecordService) recordByKey(ctx context.Context, a Activity) (Activity, error) {
	if err := s.store.Upsert(ctx, []Activity{a}); err != nil {
		return Activity{}, err
	}
	return s.store.FindByKey(ctx, a.Key)
}

// recordByRequest gives the activity an id that the request decides, so that
// its repeat finds it.
func (s *RecordService) recordByRequest(ctx context.Context, a Activity, request Request) (Activity, error) {
	named := a
	named.ID = newID("request " + strconv.FormatInt(int64(a.MemberID), 10) + " " + request.Name)
	first, err := s.store.FindByID(ctx, named.ID)
	switch {
	case err == nil && request.Within > 0 && a.CreatedAt.Sub(first.CreatedAt) > request.Within:
		return s.recordByKey(ctx, a)
	case err == nil:
		return first, nil
	case !errors.Is(err, ErrAbsent):
		return Activity{}, err
	}
	err = s.store.Upsert(ctx, []Activity{named})
	if err != nil && !errors.Is(err, ErrPresent) { // present: a repeat was faster
		return Activity{}, err
	}
	return s.store.FindByID(ctx, named.ID)
}
