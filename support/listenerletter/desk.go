package listenerletter

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

var (
	// ErrAbsent is a letter that the group does not have.
	ErrAbsent = errors.New("listenerletter: no such letter")
	// ErrNoID is a text that is no letter's id, whatever there is.
	ErrNoID = errors.New("listenerletter: not a letter's id")
)

// Stored is a letter with where it stands.
type Stored struct {
	Letter
	// ID is its name for Show, Retry and Discard.
	ID            string
	CreatedAt     time.Time
	NextAttemptAt time.Time
	// ParkedAt is when it was given up; nil while it is tried.
	ParkedAt *time.Time
	// DiscardedAt is when a person gave it up for good, who is DiscardedBy, for Reason.
	DiscardedAt         *time.Time
	DiscardedBy, Reason string
}

// State is where a letter stands.
type State int

// The states. AnyState chooses all. Waiting are tried again, Parked a person's, and
// Discarded nobody's.
const (
	AnyState State = iota
	Waiting
	Parked
	Discarded
)

// All are the group's letters of a state, the oldest first; it reads them as they
// are taken. An error is the last that it yields.
func (b *Box) All(ctx context.Context, state State) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) { b.read(ctx, state.filter(), yield) }
}

func (s State) filter() bson.D {
	kept := bson.E{Key: "discarded_at", Value: nil}
	switch s {
	case AnyState:
	case Waiting:
		return bson.D{kept, {Key: "parked", Value: false}}
	case Parked:
		return bson.D{kept, {Key: "parked", Value: true}}
	case Discarded:
		return bson.D{{Key: "discarded_at", Value: bson.D{{Key: "$ne", Value: nil}}}}
	}
	return nil
}

// readAtOnce bounds the letters of one trip: each is a whole record.
const readAtOnce = 16

func (b *Box) read(ctx context.Context, filter bson.D, yield func(Stored, error) bool) {
	cursor, err := b.letters().Find(ctx, append(bson.D{{Key: "consumer_group", Value: b.group}}, filter...),
		options.Find().SetSort(bson.D{{Key: "created_at", Value: 1}}).SetBatchSize(readAtOnce))
	if err != nil {
		yield(Stored{}, fault(ctx, "read letters", err))
		return
	}
	defer cursor.Close(context.WithoutCancel(ctx)) //nolint:errcheck // all that was wanted is read
	for cursor.Next(ctx) {
		var found document
		if err := cursor.Decode(&found); err != nil {
			yield(Stored{}, fault(ctx, "read letter", err))
			return
		}
		if !yield(toStoredLetter(found), nil) {
			return
		}
	}
	if err := cursor.Err(); err != nil {
		yield(Stored{}, fault(ctx, "read letters", err))
	}
}

// Show returns one letter, or fails with ErrAbsent or ErrNoID.
func (b *Box) Show(ctx context.Context, id string) (Stored, error) {
	name, err := bson.ObjectIDFromHex(id)
	if err != nil {
		return Stored{}, fmt.Errorf("show letter %q: %w", id, ErrNoID)
	}
	found, err := Stored{}, fmt.Errorf("show letter %s: %w", id, ErrAbsent)
	b.read(ctx, bson.D{{Key: "_id", Value: name}}, func(letter Stored, failure error) bool {
		found, err = letter, failure
		return false
	})
	return found, err
}

// Retry makes a letter, parked, discarded or waiting, due now with its tries
// forgotten. It fails with ErrAbsent or ErrNoID.
func (b *Box) Retry(ctx context.Context, id string) error {
	now := b.stamp()
	return b.change(ctx, "retry", id, bson.D{
		{Key: "parked", Value: false},
		{Key: "parked_at", Value: nil},
		{Key: "attempts", Value: 1},
		{Key: "next_attempt_at", Value: now},
		{Key: "updated_at", Value: now},
		{Key: "discarded_at", Value: nil},
		{Key: "discarded_by", Value: ""},
		{Key: "reason", Value: ""},
	})
}

// Discard gives a letter up for good: the record will never be applied. Who and why
// are kept with it. It fails with ErrAbsent or ErrNoID.
func (b *Box) Discard(ctx context.Context, id, who, why string) error {
	if who == "" || why == "" {
		return errors.New("discard letter: needs who and why")
	}
	now := b.stamp()
	return b.change(ctx, "discard", id, bson.D{
		{Key: "parked", Value: true},
		{Key: "parked_at", Value: now},
		{Key: "updated_at", Value: now},
		{Key: "discarded_at", Value: now},
		{Key: "discarded_by", Value: who},
		{Key: "reason", Value: why},
	})
}

func (b *Box) change(ctx context.Context, verb, id string, changes bson.D) error {
	name, err := bson.ObjectIDFromHex(id)
	if err != nil {
		return fmt.Errorf("%s letter %q: %w", verb, id, ErrNoID)
	}
	result, err := b.letters().UpdateOne(ctx, bson.D{{Key: "_id", Value: name}, {Key: "consumer_group", Value: b.group}}, bson.D{{Key: "$set", Value: changes}})
	if err != nil {
		return fault(ctx, verb+" letter "+id, err)
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("%s letter %s: %w", verb, id, ErrAbsent)
	}
	return nil
}
