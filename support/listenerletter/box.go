package listenerletter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

const (
	// maxAttempts is after how many tries a letter is parked.
	maxAttempts = 10
	firstWait   = time.Second
	longestWait = 5 * time.Minute
	// lease is how long a letter that is being tried is kept from others; it is
	// longer than any try takes.
	lease = time.Minute
)

// Letter is a record that could not be applied.
type Letter struct {
	// Group is the consumer group.
	Group string
	// Message is the record, whole; its time is when it was kept.
	Message kafka.Message
	// Error is why it could not be applied when it was last tried.
	Error string
	// Attempts is how often it was tried, the consumer's own included.
	Attempts int
}

// Box keeps the letters of one consumer group. It is safe for concurrent use.
type Box struct {
	client *mongo.Client
	group  string
	now    func() time.Time
}

// NewBox keeps letters of group in client's database.
func NewBox(client *mongo.Client, group string, now func() time.Time) *Box {
	return &Box{client: client, group: group, now: now}
}

// Keep stores a record with why it could not be applied; one that is kept already
// stays as it is. It fails where the store does, and then nothing is known.
func (b *Box) Keep(ctx context.Context, message kafka.Message, cause error) error {
	letter := fromMessage(b.group, message, cause, b.stamp())
	_, err := b.letters().UpdateOne(ctx, letter.name(), bson.D{{Key: "$setOnInsert", Value: letter}}, options.UpdateOne().SetUpsert(true))
	if mongo.IsDuplicate(err) { // another was first
		return nil
	}
	return fault(ctx, "keep letter", err)
}

// Refused marks what is wrong with the letter itself: only such errors count as
// tries. It is nil for nil.
func Refused(cause error) error {
	if cause == nil {
		return nil
	}
	return &refusal{cause}
}

// IsRefused says whether err is, or wraps, what Refused made.
func IsRefused(err error) bool {
	_, ok := errors.AsType[*refusal](err)
	return ok
}

type refusal struct{ cause error }

func (r *refusal) Error() string { return r.cause.Error() }
func (r *refusal) Unwrap() error { return r.cause }

// Drained is what became of the letters that were due.
type Drained struct{ Applied, Failed, Parked int }

// Drain tries each letter whose time has come, the longest overdue first: what
// apply is done with is removed, what it refuses waits or is parked. It ends when
// none is due, or with the first other error of apply, or where the store fails.
// Several may drain at once.
func (b *Box) Drain(ctx context.Context, apply func(ctx context.Context, message kafka.Message) error) (sum Drained, err error) {
	for {
		letter, err := b.claim(ctx)
		if errors.Is(err, driver.ErrNoDocuments) {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		if err := b.try(ctx, letter, apply, &sum); err != nil {
			return sum, err
		}
	}
}

func (b *Box) try(ctx context.Context, letter document, apply func(context.Context, kafka.Message) error, sum *Drained) error {
	cause := apply(ctx, toLetter(letter).Message)
	switch {
	case cause == nil:
		sum.Applied++
		return b.remove(ctx, letter)
	case !IsRefused(cause):
		return fmt.Errorf("apply letter %s: %w", letter.ID.Hex(), cause)
	case letter.Attempts+1 >= maxAttempts:
		sum.Parked++
		slog.ErrorContext(ctx, "letter parked", "topic", letter.Topic, "partition", letter.Partition, "offset", letter.Offset, "error", cause)
	default:
		sum.Failed++
	}
	return b.postpone(ctx, letter, cause)
}

// claim takes a letter for as long as the lease.
func (b *Box) claim(ctx context.Context) (letter document, err error) {
	now := b.stamp()
	err = b.letters().FindOneAndUpdate(ctx,
		bson.D{{Key: "consumer_group", Value: b.group}, {Key: "parked", Value: false}, {Key: "next_attempt_at", Value: bson.D{{Key: "$lte", Value: now}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "next_attempt_at", Value: now.Add(lease)}, {Key: "updated_at", Value: now}}}},
		options.FindOneAndUpdate().SetSort(bson.D{{Key: "next_attempt_at", Value: 1}}),
	).Decode(&letter)
	return letter, fault(ctx, "claim letter", err)
}

func (b *Box) postpone(ctx context.Context, letter document, cause error) error {
	now, attempts := b.stamp(), letter.Attempts+1
	changes := bson.D{
		{Key: "attempts", Value: attempts},
		{Key: "error", Value: shortened(cause)},
		{Key: "next_attempt_at", Value: now.Add(waitAfter(attempts))},
		{Key: "updated_at", Value: now},
	}
	if attempts >= maxAttempts {
		changes = append(changes, bson.E{Key: "parked", Value: true}, bson.E{Key: "parked_at", Value: now})
	}
	_, err := b.letters().UpdateByID(ctx, letter.ID, bson.D{{Key: "$set", Value: changes}})
	return fault(ctx, "postpone letter", err)
}

func (b *Box) remove(ctx context.Context, letter document) error {
	_, err := b.letters().DeleteOne(ctx, bson.D{{Key: "_id", Value: letter.ID}})
	return fault(ctx, "remove letter", err)
}

func (b *Box) letters() *driver.Collection { return b.client.Collection(Collection) }

// stamp is the time to the precision of the store.
func (b *Box) stamp() time.Time { return toStored(b.now()) }

func toStored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func waitAfter(attempts int) time.Duration {
	wait := firstWait
	for range attempts - 1 {
		wait = min(2*wait, longestWait)
	}
	return wait
}

// fault says what was being done when err came; it is nil for nil.
func fault(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, mongo.Fault(ctx, err))
}
