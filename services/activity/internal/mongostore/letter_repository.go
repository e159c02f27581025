package mongostore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

const maxErrorText = 1000

// letterKey names a record for a group. The digest is part of it because offsets
// begin again in a topic that was deleted and made again.
var letterKey = []string{"consumer_group", "topic", "partition", "offset", "digest"}

// letterDocument is a document of kafka_listener_dead_letters. Times are in
// milliseconds.
type letterDocument struct {
	ID            bson.ObjectID    `bson:"_id,omitempty"`
	ConsumerGroup string           `bson:"consumer_group"`
	Topic         string           `bson:"topic"`
	Partition     int              `bson:"partition"`
	Offset        int64            `bson:"offset"`
	Digest        []byte           `bson:"digest"`
	MessageKey    []byte           `bson:"message_key"`
	Headers       []headerDocument `bson:"headers"`
	Payload       []byte           `bson:"payload"`
	Error         string           `bson:"error"`
	Attempts      int              `bson:"attempts"`
	Parked        bool             `bson:"parked"`
	ParkedAt      *time.Time       `bson:"parked_at"`
	NextAttemptAt time.Time        `bson:"next_attempt_at"`
	CreatedAt     time.Time        `bson:"created_at"`
	UpdatedAt     time.Time        `bson:"updated_at"`
}

type headerDocument struct {
	Key   string `bson:"key"`
	Value []byte `bson:"value"`
}

// LetterBox implements activity.LetterStore for one consumer group; others may
// keep theirs in the same collection.
type LetterBox struct {
	store *Store
	group string
}

var _ activity.LetterStore = (*LetterBox)(nil)

// NewLetterBox keeps the letters of a consumer group in store.
func NewLetterBox(store *Store, group string) *LetterBox {
	return &LetterBox{store: store, group: group}
}

// KeepLetter implements activity.LetterStore.
func (b *LetterBox) KeepLetter(ctx context.Context, letter activity.Letter, next time.Time) error {
	document := b.fromLetter(letter, next)
	_, err := b.store.client.Collection(letters).UpdateOne(ctx,
		bson.D{
			{Key: "consumer_group", Value: document.ConsumerGroup},
			{Key: "topic", Value: document.Topic},
			{Key: "partition", Value: document.Partition},
			{Key: "offset", Value: document.Offset},
			{Key: "digest", Value: document.Digest},
		},
		bson.D{{Key: "$setOnInsert", Value: document}}, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return b.store.fault(ctx, fmt.Sprintf("keep letter %s/%d@%d", letter.Topic, letter.Partition, letter.Offset), err)
	}
	return nil
}

// ClaimLetter implements activity.LetterStore.
func (b *LetterBox) ClaimLetter(ctx context.Context, now, lease time.Time) (activity.Letter, error) {
	var document letterDocument
	err := b.store.client.Collection(letters).FindOneAndUpdate(ctx,
		bson.D{
			{Key: "consumer_group", Value: b.group},
			{Key: "parked", Value: false},
			{Key: "next_attempt_at", Value: bson.D{{Key: "$lte", Value: now}}},
		},
		bson.D{{Key: "$set", Value: bson.D{{Key: "next_attempt_at", Value: toStored(lease)}}}},
		options.FindOneAndUpdate().SetSort(bson.D{{Key: "next_attempt_at", Value: 1}}),
	).Decode(&document)
	if err != nil {
		return activity.Letter{}, b.store.fault(ctx, "claim letter", err)
	}
	return toLetter(document), nil
}

// ReturnLetter implements activity.LetterStore.
func (b *LetterBox) ReturnLetter(ctx context.Context, letter activity.Letter, next time.Time, park bool) error {
	now := toStored(b.store.now())
	changes := bson.D{
		{Key: "attempts", Value: letter.Attempts},
		{Key: "error", Value: shortened(letter.Error)},
		{Key: "next_attempt_at", Value: toStored(next)},
		{Key: "updated_at", Value: now},
	}
	if park {
		changes = append(changes, bson.E{Key: "parked", Value: true}, bson.E{Key: "parked_at", Value: now})
	}
	return b.change(ctx, letter.ID, func(id bson.D) error {
		_, err := b.store.client.Collection(letters).UpdateOne(ctx, id, bson.D{{Key: "$set", Value: changes}})
		return err
	})
}

// RemoveLetter implements activity.LetterStore.
func (b *LetterBox) RemoveLetter(ctx context.Context, id string) error {
	return b.change(ctx, id, func(id bson.D) error {
		_, err := b.store.client.Collection(letters).DeleteOne(ctx, id)
		return err
	})
}

func (b *LetterBox) change(ctx context.Context, id string, do func(id bson.D) error) error {
	object, err := bson.ObjectIDFromHex(id)
	if err != nil {
		return fmt.Errorf("letter %s: %w", id, activity.ErrAbsent)
	}
	if err := do(bson.D{{Key: "_id", Value: object}}); err != nil {
		return b.store.fault(ctx, "change letter "+id, err)
	}
	return nil
}

// CountLetters tells the state of all letters of the group.
func (b *LetterBox) CountLetters(ctx context.Context) (counts activity.LetterCounts, err error) {
	collection := b.store.client.Collection(letters)
	of := func(parked bool) bson.D {
		return bson.D{{Key: "consumer_group", Value: b.group}, {Key: "parked", Value: parked}}
	}
	if counts.Waiting, err = collection.CountDocuments(ctx, of(false)); err != nil {
		return counts, b.store.fault(ctx, "count letters", err)
	}
	// those that a person discarded count as none
	if counts.Parked, err = collection.CountDocuments(ctx, append(of(true), bson.E{Key: "discarded_at", Value: nil})); err != nil {
		return counts, b.store.fault(ctx, "count letters", err)
	}
	var oldest letterDocument
	err = collection.FindOne(ctx, of(false), options.FindOne().SetSort(bson.D{{Key: "created_at", Value: 1}})).Decode(&oldest)
	if err != nil {
		err = b.store.fault(ctx, "find oldest letter", err)
	}
	if errors.Is(err, activity.ErrAbsent) {
		return counts, nil
	}
	counts.Oldest = oldest.CreatedAt
	return counts, err
}

// ExpireLetters removes at most limit letters of all groups that were parked before
// that time, and returns how many: activity owns the collection. Each is first
// given to archive; what archive fails with ends it.
func (s *Store) ExpireLetters(ctx context.Context, before time.Time, limit int, archive func(ctx context.Context, group string, letter activity.Letter) error) (removed int, err error) {
	old := bson.D{{Key: "parked", Value: true}, {Key: "parked_at", Value: bson.D{{Key: "$lt", Value: toStored(before)}}}}
	cursor, err := s.client.Collection(letters).Find(ctx, old, options.Find().SetSort(bson.D{{Key: "parked_at", Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return 0, s.fault(ctx, "find old letters", err)
	}
	var found []letterDocument
	if err := cursor.All(ctx, &found); err != nil {
		return 0, s.fault(ctx, "find old letters", err)
	}
	for i, document := range found {
		if err := archive(ctx, document.ConsumerGroup, toLetter(document)); err != nil {
			return i, err
		}
		// not one that a person has retried meanwhile
		if _, err := s.client.Collection(letters).DeleteOne(ctx, append(bson.D{{Key: "_id", Value: document.ID}}, old...)); err != nil {
			return i, s.fault(ctx, "remove old letter", err)
		}
	}
	return len(found), nil
}

func (b *LetterBox) fromLetter(l activity.Letter, next time.Time) letterDocument {
	digest := sha256.New()
	digest.Write(l.Key)
	digest.Write([]byte{0})
	digest.Write(l.Value)
	headers := make([]headerDocument, len(l.Headers))
	for i, h := range l.Headers {
		headers[i] = headerDocument(h)
	}
	now := toStored(b.store.now())
	return letterDocument{
		ConsumerGroup: b.group,
		Topic:         l.Topic,
		Partition:     l.Partition,
		Offset:        l.Offset,
		Digest:        digest.Sum(nil),
		MessageKey:    l.Key,
		Headers:       headers,
		Payload:       l.Value,
		Error:         shortened(l.Error),
		Attempts:      l.Attempts,
		NextAttemptAt: toStored(next),
		CreatedAt:     now,
		UpdatedAt:     now,
	}
}

func toLetter(d letterDocument) activity.Letter {
	headers := make([]activity.LetterHeader, len(d.Headers))
	for i, h := range d.Headers {
		headers[i] = activity.LetterHeader(h)
	}
	return activity.Letter{
		ID:        d.ID.Hex(),
		Topic:     d.Topic,
		Partition: d.Partition,
		Offset:    d.Offset,
		Key:       d.MessageKey,
		Headers:   headers,
		Value:     d.Payload,
		Error:     d.Error,
		Attempts:  d.Attempts,
	}
}

// shortened is text as the store takes it: UTF-8, and not endless.
func shortened(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	return string(runes[:min(len(runes), maxErrorText)])
}
