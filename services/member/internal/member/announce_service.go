package member

import (
	"context"
	"time"
)

// Revocation is a session that ended.
type Revocation struct {
	Session SessionID
	Member  MemberID
	At      time.Time
}

// RevocationLog lists sessions that ended.
type RevocationLog interface {
	// FindUnannounced are at most limit sessions that ended since, of which
	// Redis has not been told, the oldest first.
	FindUnannounced(ctx context.Context, since time.Time, limit int) ([]Revocation, error)
	// FindRevoked are at most limit sessions that ended at since with an id
	// over after, or later, the oldest first.
	FindRevoked(ctx context.Context, since time.Time, after SessionID, limit int) ([]Revocation, error)
	// MarkAnnounced notes that Redis has been told.
	MarkAnnounced(ctx context.Context, ids []SessionID, at time.Time) error
}

// AnnounceService repeats to Redis what it has not taken. A session that ended
// while Redis was out of reach may still be called live there when it is back;
// from then on until the repetition, a token of it would be accepted. So the
// repetition is tried all the time, and once Redis has been away everything
// that an access token could still be used for is told again: it may have come
// back with an older state of itself.
type AnnounceService struct {
	log       RevocationLog
	announcer Announcer
	ttl       time.Duration
	now       Clock
}

// NewAnnounceService repeats what ended within an access token's life, ttl.
func NewAnnounceService(log RevocationLog, announcer Announcer, ttl time.Duration, now Clock) *AnnounceService {
	return &AnnounceService{log: log, announcer: announcer, ttl: ttl, now: now}
}

const announcePortion = 500

// AnnounceLeft tells Redis what it has not been told, and fails where it still
// does not take it. It returns how many sessions it told.
func (s *AnnounceService) AnnounceLeft(ctx context.Context) (told int, err error) {
	for {
		found, err := s.log.FindUnannounced(ctx, s.now().Add(-s.ttl), announcePortion)
		if err != nil || len(found) == 0 {
			return told, err
		}
		ids, err := s.tell(ctx, found)
		if err != nil {
			return told, err
		}
		if err := s.log.MarkAnnounced(ctx, ids, s.now()); err != nil {
			return told, err
		}
		told += len(ids)
	}
}

// AnnounceAll tells Redis everything that ended within an access token's life.
func (s *AnnounceService) AnnounceAll(ctx context.Context) (told int, err error) {
	since, after := s.now().Add(-s.ttl), SessionID(0)
	for {
		found, err := s.log.FindRevoked(ctx, since, after, announcePortion)
		if err != nil || len(found) == 0 {
			return told, err
		}
		ids, err := s.tell(ctx, found)
		if err != nil {
			return told, err
		}
		told += len(ids)
		last := found[len(found)-1]
		since, after = last.At, last.Session
	}
}

func (s *AnnounceService) tell(ctx context.Context, found []Revocation) ([]SessionID, error) {
	ids := make([]SessionID, len(found))
	for i, r := range found {
		ids[i] = r.Session
	}
	// the flag of each session says all; the epoch of a member repeats it
	return ids, s.announcer.SessionsEnded(ctx, 0, ids, 0)
}
