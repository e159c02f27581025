package member

import (
	"context"
	"time"
)

// RangeReader finds what was created in a time range, in the order of ids.
type RangeReader interface {
	// ProfilesBetween returns at most limit profiles that were created in [from, to)
	// and whose members are above after, those of members who left too.
	ProfilesBetween(ctx context.Context, from, to time.Time, after MemberID, limit int) ([]Profile, error)
	// FollowsBetween is the same for follows that stand.
	FollowsBetween(ctx context.Context, from, to time.Time, after FollowID, limit int) ([]Follow, error)
}

// Follow is a follow that stands, as the fact that it came from.
type Follow struct {
	ID   FollowID
	Fact FollowFact
}

// Restated is how much was stated again.
type Restated struct{ SignUps, Follows int }

// Republisher states what is known again, for those who have lost it.
type Republisher struct {
	tx    Transactor
	rows  RangeReader
	facts FactLog
}

// NewRepublisher reads rows and states facts, batch by batch in a transaction of tx each.
func NewRepublisher(tx Transactor, rows RangeReader, facts FactLog) *Republisher {
	return &Republisher{tx: tx, rows: rows, facts: facts}
}

// Republish states every sign-up and every follow that stands of [from, to) again, at
// their times and under their versions: who has one ignores it. What was changed or
// taken back since is not stated: no row tells when.
func (r *Republisher) Republish(ctx context.Context, from, to time.Time, batch int) (stated Restated, err error) {
	stated.SignUps, err = inBatches(ctx, r, batch, func(ctx context.Context, after MemberID) ([]Fact, MemberID, error) {
		found, err := r.rows.ProfilesBetween(ctx, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, profile := range found {
			facts[i], after = signUpOf(profile), profile.MemberID
		}
		return facts, after, err
	})
	if err != nil {
		return stated, err
	}
	stated.Follows, err = inBatches(ctx, r, batch, func(ctx context.Context, after FollowID) ([]Fact, FollowID, error) {
		found, err := r.rows.FollowsBetween(ctx, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, follow := range found {
			facts[i], after = follow.Fact, follow.ID
		}
		return facts, after, err
	})
	return stated, err
}

// signUpOf is the first fact of a profile, with what it is now.
func signUpOf(p Profile) AccountFact {
	const first = 1
	p.Version = first
	return AccountFact{Change: SignedUp, Member: p.MemberID, At: p.CreatedAt, Profile: p}
}

// inBatches states what read finds after an id, a transaction per batch, until a
// batch is not full. read returns the last id that it found.
func inBatches[ID any](ctx context.Context, r *Republisher, size int, read func(ctx context.Context, after ID) ([]Fact, ID, error)) (stated int, err error) {
	var after ID
	for {
		var facts []Fact
		var last ID
		err := r.tx.InTx(ctx, func(ctx context.Context) (err error) {
			if facts, last, err = read(ctx, after); err != nil {
				return err
			}
			return r.facts.Record(ctx, facts...)
		})
		if err != nil {
			return stated, err
		}
		stated += len(facts)
		if len(facts) < size {
			return stated, nil
		}
		after = last
	}
}
