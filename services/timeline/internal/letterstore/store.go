package letterstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

const (
	collection = "kafka_listener_dead_letters"
	// maxAttempts is after how many tries a letter is parked.
	maxAttempts = 10
	firstWait   = time.Second
	longestWait = 5 * time.Minute
	// lease is how long a letter that is being tried is kept from others.
	lease = time.Minute
	// storeWithin bounds one operation.
	storeWithin = 5 * time.Second
)

// Store keeps the letters of one consumer group.
type Store struct {
	client *mongo.Client
	group  string
	now    func() time.Time
}

// New keeps letters of group in client's database.
func New(client *mongo.Client, group string, now func() time.Time) *Store {
	return &Store{client: client, group: group, now: now}
}

// Keep stores a record with why it could not be applied; a record that is kept
// already stays as it is.
func (s *Store) Keep(ctx context.Context, message kafka.Message, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	letter := fromMessage(s.group, message, cause, s.stamp())
	_, err := s.letters().UpdateOne(ctx, letter.name(),
		bson.D{{Key: "$setOnInsert", Value: letter}}, options.UpdateOne().SetUpsert(true))
	if err != nil && !mongo.IsDuplicate(err) { // another keeps it at the same time
		return fmt.Errorf("keep letter: %w", mongo.Fault(ctx, err))
	}
	return nil
}

// Drain tries each letter whose time has come once more, the longest overdue
// first, and removes those that handle is done with. Several may drain at once.
// It returns how many it removed, and fails where the store does.
func (s *Store) Drain(ctx context.Context, handle func(ctx context.Context, message kafka.Message) error) (done int, err error) {
	for {
		letter, err := s.claim(ctx)
		if errors.Is(err, driver.ErrNoDocuments) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		if failure := handle(ctx, toMessage(letter)); failure != nil {
			err = s.postpone(ctx, letter, failure)
		} else {
			done, err = done+1, s.remove(ctx, letter)
		}
		if err != nil {
			return done, err
		}
	}
}

// claim takes a letter for as long as the lease.
func (s *Store) claim(ctx context.Context) (letter letterDocument, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	now := s.stamp()
	due := bson.D{{Key: "consumer_group", Value: s.group}, {Key: "parked", Value: false}, {Key: "next_attempt_at", Value: bson.D{{Key: "$lte", Value: now}}}}
	take := bson.D{
		{Key: "$set", Value: bson.D{{Key: "next_attempt_at", Value: now.Add(lease)}, {Key: "updated_at", Value: now}}},
		{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}},
	}
	first := options.FindOneAndUpdate().SetSort(bson.D{{Key: "next_attempt_at", Value: 1}}).SetReturnDocument(options.After)
	if err := s.letters().FindOneAndUpdate(ctx, due, take, first).Decode(&letter); err != nil {
		return letter, fmt.Errorf("claim letter: %w", mongo.Fault(ctx, err))
	}
	return letter, nil
}

func (s *Store) postpone(ctx context.Context, letter letterDocument, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	now := s.stamp()
	fields := bson.D{
		{Key: "error", Value: shortened(cause.Error())},
		{Key: "next_attempt_at", Value: now.Add(waitAfter(letter.Attempts))},
		{Key: "updated_at", Value: now},
	}
	if letter.Attempts >= maxAttempts {
		fields = append(fields, bson.E{Key: "parked", Value: true}, bson.E{Key: "parked_at", Value: now})
	}
	change := bson.D{{Key: "$set", Value: fields}}
	if _, err := s.letters().UpdateByID(ctx, letter.ID, change); err != nil {
		return fmt.Errorf("postpone letter %s: %w", letter.ID.Hex(), mongo.Fault(ctx, err))
	}
	return nil
}

func (s *Store) remove(ctx context.Context, letter letterDocument) error {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if _, err := s.letters().DeleteOne(ctx, bson.D{{Key: "_id", Value: letter.ID}}); err != nil {
		return fmt.Errorf("remove letter %s: %w", letter.ID.Hex(), mongo.Fault(ctx, err))
	}
	return nil
}

func (s *Store) letters() *driver.Collection { return s.client.Collection(collection) }

// stamp is the time to the precision of the store.
func (s *Store) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

func waitAfter(attempts int) time.Duration {
	wait := firstWait
	for range attempts - 1 {
		wait = min(2*wait, longestWait)
	}
	return wait
}
