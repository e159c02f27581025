package redisstate

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

const (
	followingsPrefix = "member:api:followings-version:"
	// versionLife bounds how long a version serves that could not be replaced
	// before this process died; readers that miss it ask for the followings.
	versionLife = time.Hour
	// retryEvery is how often signals that Redis did not take are repeated.
	retryEvery = 250 * time.Millisecond
	// pendingMost bounds the members whose signals wait; what comes on top is
	// counted and left to the life of what it should have replaced.
	pendingMost = 10_000
	signalLimit = 250 * time.Millisecond
)

// Versions knows the versions of sets of followings, by the database.
type Versions interface {
	FindFollowingsVersions(ctx context.Context, ids []member.MemberID) (map[member.MemberID]int64, error)
}

// Signals implements member.ChangeSignals. What Redis does not take waits in
// memory, bounded, until it does. A published version only ever grows: one that
// was read before a change cannot cover the one that the change made.
type Signals struct {
	redis    *rediscache.Client
	names    *memberdirectory.Invalidator
	database Versions

	mu       sync.Mutex
	profiles map[member.MemberID]bool
	versions map[member.MemberID]bool
	dropped  uint64
}

var _ member.ChangeSignals = (*Signals)(nil)

// NewSignals writes to redis, and repeats what is in database.
func NewSignals(redis *rediscache.Client, database Versions, now member.Clock) *Signals {
	return &Signals{
		redis: redis, names: memberdirectory.NewInvalidator(redis, now), database: database,
		profiles: map[member.MemberID]bool{}, versions: map[member.MemberID]bool{},
	}
}

// signalContext is short, and does not end with a client that leaves: the
// change is committed by now.
func signalContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), signalLimit)
}

// ProfileChanged implements member.ChangeSignals.
func (s *Signals) ProfileChanged(ctx context.Context, id member.MemberID) {
	ctx, cancel := signalContext(ctx)
	defer cancel()
	if err := s.names.Changed(ctx, int64(id)); err != nil {
		s.keep(ctx, s.profiles, err, id)
	}
}

// versionAtLeast publishes a version unless a newer one is there: commits and
// what follows them need not come in the same order.
var versionAtLeast = redis.NewScript(`
local version = redis.call('GET', KEYS[1])
if version == false or tonumber(version) == nil or tonumber(version) <= tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 0`)

// FollowingsChanged implements member.ChangeSignals.
func (s *Signals) FollowingsChanged(ctx context.Context, id member.MemberID, version int64) {
	ctx, cancel := signalContext(ctx)
	defer cancel()
	if err := s.publish(ctx, map[member.MemberID]int64{id: version}); err != nil {
		s.keep(ctx, s.versions, err, id)
	}
}

// FollowingsChangedMany implements member.ChangeSignals.
func (s *Signals) FollowingsChangedMany(ctx context.Context, ids []member.MemberID) {
	if len(ids) == 0 {
		return
	}
	ctx, cancel := signalContext(ctx)
	defer cancel()
	if err := s.publishStored(ctx, ids); err != nil {
		s.keep(ctx, s.versions, err, ids...)
	}
}

func (s *Signals) publishStored(ctx context.Context, ids []member.MemberID) error {
	stored, err := s.database.FindFollowingsVersions(ctx, ids)
	if err != nil {
		return err
	}
	return s.publish(ctx, stored)
}

func (s *Signals) publish(ctx context.Context, versions map[member.MemberID]int64) error {
	_, err := s.redis.Conn().Pipelined(ctx, func(p redis.Pipeliner) error {
		for id, version := range versions {
			versionAtLeast.Eval(ctx, p, []string{followingsKey(id)}, version, versionLife.Milliseconds())
		}
		return nil
	})
	return err
}

func followingsKey(id member.MemberID) string {
	return followingsPrefix + strconv.FormatInt(int64(id), 10)
}

// keep remembers members whose signal is to be repeated.
func (s *Signals) keep(ctx context.Context, pending map[member.MemberID]bool, cause error, ids ...member.MemberID) {
	slog.WarnContext(ctx, "change not signalled yet", "members", len(ids), "error", cause)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if len(pending) >= pendingMost && !pending[id] {
			s.dropped++
			continue
		}
		pending[id] = true
	}
}

// Dropped is how many signals were given up since the start.
func (s *Signals) Dropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// Run repeats what Redis did not take until ctx ends.
func (s *Signals) Run(ctx context.Context) error {
	for process.Pause(ctx, retryEvery) == nil {
		s.repeat(ctx)
	}
	return nil
}

// repeat signals everybody who waits.
func (s *Signals) repeat(ctx context.Context) {
	const portion = 500
	ctx, cancel := signalContext(ctx)
	defer cancel()
	for {
		ids := s.take(s.versions, portion)
		if len(ids) == 0 {
			break
		}
		if err := s.publishStored(ctx, ids); err != nil {
			s.keep(ctx, s.versions, err, ids...)
			return
		}
	}
	for {
		ids := s.take(s.profiles, portion)
		if len(ids) == 0 {
			return
		}
		plain := make([]int64, len(ids))
		for i, id := range ids {
			plain[i] = int64(id)
		}
		if err := s.names.Changed(ctx, plain...); err != nil {
			s.keep(ctx, s.profiles, err, ids...)
			return
		}
	}
}

func (s *Signals) take(pending map[member.MemberID]bool, most int) []member.MemberID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []member.MemberID
	for id := range pending {
		if len(ids) == most {
			break
		}
		ids = append(ids, id)
		delete(pending, id)
	}
	return ids
}
