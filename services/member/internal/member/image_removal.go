package member

import (
	"context"
	"time"
)

// ImageRemoval is a picture that a member needs no more.
type ImageRemoval struct {
	ID        int64
	Member    MemberID
	URL       string
	Attempts  int
	CreatedAt time.Time
}

// ImageRemovalStore keeps what is to be deleted.
type ImageRemovalStore interface {
	// ClaimImageRemovals takes at most limit that are due, and puts them off
	// until then: whoever dies with them leaves them to others.
	ClaimImageRemovals(ctx context.Context, now, until time.Time, limit int) ([]ImageRemoval, error)
	FinishImageRemovals(ctx context.Context, ids []int64) error
	// DelayImageRemovals notes a failed attempt and when to try again.
	DelayImageRemovals(ctx context.Context, ids []int64, now, until time.Time) error
}

// Pictures deletes pictures where they are.
type Pictures interface {
	// DeleteImages deletes those of urls that member uploaded.
	DeleteImages(ctx context.Context, member MemberID, urls []string) error
}

// RemovalObserver hears what becomes of removals; its methods must not block.
type RemovalObserver interface {
	RemovalsDone(n int)
	RemovalsDelayed(n int, cause error)
	// RemovalsDropped were given up; the cleaner of orphans finds the pictures.
	RemovalsDropped(n int)
}

// ImageRemovalService deletes pictures that are needed no more.
type ImageRemovalService struct {
	store    ImageRemovalStore
	pictures Pictures
	observer RemovalObserver
	now      Clock
}

// NewImageRemovalService joins the removals to whoever deletes pictures.
func NewImageRemovalService(store ImageRemovalStore, pictures Pictures, observer RemovalObserver, now Clock) *ImageRemovalService {
	return &ImageRemovalService{store: store, pictures: pictures, observer: observer, now: now}
}

const (
	removalsAtOnce  = 100
	removalLease    = time.Minute
	removalBackoff  = time.Second
	removalLongest  = 5 * time.Minute
	removalAttempts = 300 // about a day
)

// RemoveDue works on the removals that are due, and returns how many there
// were. A failure of image delays them; only one of the store is returned.
func (s *ImageRemovalService) RemoveDue(ctx context.Context) (int, error) {
	now := s.now()
	claimed, err := s.store.ClaimImageRemovals(ctx, now, now.Add(removalLease), removalsAtOnce)
	if err != nil {
		return 0, err
	}
	byMember := map[MemberID][]ImageRemoval{}
	for _, r := range claimed {
		byMember[r.Member] = append(byMember[r.Member], r)
	}
	for member, removals := range byMember {
		if err := s.removeOf(ctx, member, removals); err != nil {
			return len(claimed), err
		}
	}
	return len(claimed), nil
}

func (s *ImageRemovalService) removeOf(ctx context.Context, member MemberID, removals []ImageRemoval) error {
	ids, urls, attempts := make([]int64, len(removals)), make([]string, len(removals)), 0
	for i, r := range removals {
		ids[i], urls[i] = r.ID, r.URL
		attempts = max(attempts, r.Attempts+1)
	}
	err := s.pictures.DeleteImages(ctx, member, urls)
	switch {
	case err == nil:
		s.observer.RemovalsDone(len(ids))
		return s.store.FinishImageRemovals(ctx, ids)
	case attempts >= removalAttempts:
		s.observer.RemovalsDropped(len(ids))
		return s.store.FinishImageRemovals(ctx, ids)
	default:
		s.observer.RemovalsDelayed(len(ids), err)
		now := s.now()
		return s.store.DelayImageRemovals(ctx, ids, now, now.Add(backoff(attempts)))
	}
}

// backoff is how long to wait after so many attempts: doubling, up to removalLongest.
func backoff(attempts int) time.Duration {
	wait := removalBackoff
	for ; attempts > 1 && wait < removalLongest; attempts-- {
		wait *= 2
	}
	return min(wait, removalLongest)
}
