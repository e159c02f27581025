package mongostore

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const (
	maxErrorText = 1000
	maxAttempts  = 10
	firstWait    = time.Second
	longestWait  = 5 * time.Minute
	// lease is how long a letter that is being tried is kept from others.
	lease = time.Minute
)

// letterKey names a record for a group. The digest is part of it because offsets
// begin again in a topic that was deleted and made again.
var letterKey = []string{"consumer_group", "topic", "partition", "offset", "digest"}

// letterDocument is a document of kafka_listener_dead_letters, in the form that
// all services give it. Times are in milliseconds.
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

// LetterBox keeps the records that a consumer group cannot apply, among those of
// the other groups.
type LetterBox struct {
	store *Store
	group string
}

// NewLetterBox keeps the letters of group in store.
func NewLetterBox(store *Store, group string) *LetterBox {
	return &LetterBox{store: store, group: group}
}

// Keep stores a record with why it could not be applied; a record that is kept
// already stays as it is.
func (b *LetterBox) Keep(ctx context.Context, message kafka.Message, cause error) error {
	document := b.fromMessage(message, cause)
	_, err := b.collection().UpdateOne(ctx,
		bson.D{
			{Key: "consumer_group", Value: document.ConsumerGroup},
			{Key: "topic", Value: document.Topic},
			{Key: "partition", Value: document.Partition},
			{Key: "offset", Value: document.Offset},
			{Key: "digest", Value: document.Digest},
		},
		bson.D{{Key: "$setOnInsert", Value: document}}, options.UpdateOne().SetUpsert(true))
	if driver.IsDuplicateKeyError(err) { // another was first
		return nil
	}
	return fault(ctx, "keep letter", err)
}

// Drain tries each letter whose time has come once more, the longest overdue
// first: what apply is done with is removed, the rest waits, twice as long each
// time, and is parked after ten tries. It fails where the store does.
func (b *LetterBox) Drain(ctx context.Context, apply func(ctx context.Context, message kafka.Message) error) (done int, err error) {
	for {
		letter, err := b.claim(ctx)
		if errors.Is(err, driver.ErrNoDocuments) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		if failure := apply(ctx, toMessage(letter)); failure != nil {
			err = b.postpone(ctx, letter, failure)
		} else {
			done, err = done+1, b.remove(ctx, letter)
		}
		if err != nil {
			return done, err
		}
	}
}

func (b *LetterBox) claim(ctx context.Context) (letter letterDocument, err error) {
	now := b.store.stamp()
	err = b.collection().FindOneAndUpdate(ctx,
		bson.D{
			{Key: "consumer_group", Value: b.group},
			{Key: "parked", Value: false},
			{Key: "next_attempt_at", Value: bson.D{{Key: "$lte", Value: now}}},
		},
		bson.D{
			{Key: "$set", Value: bson.D{{Key: "next_attempt_at", Value: now.Add(lease)}, {Key: "updated_at", Value: now}}},
			{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}},
		},
		options.FindOneAndUpdate().SetSort(bson.D{{Key: "next_attempt_at", Value: 1}}).SetReturnDocument(options.After),
	).Decode(&letter)
	return letter, fault(ctx, "claim letter", err)
}

func (b *LetterBox) postpone(ctx context.Context, letter letterDocument, cause error) error {
	now := b.store.stamp()
	changes := bson.D{
		{Key: "error", Value: shortened(cause)},
		{Key: "next_attempt_at", Value: now.Add(waitAfter(letter.Attempts))},
		{Key: "updated_at", Value: now},
	}
	if letter.Attempts >= maxAttempts {
		changes = append(changes, bson.E{Key: "parked", Value: true}, bson.E{Key: "parked_at", Value: now})
	}
	_, err := b.collection().UpdateByID(ctx, letter.ID, bson.D{{Key: "$set", Value: changes}})
	return fault(ctx, "postpone letter", err)
}

func (b *LetterBox) remove(ctx context.Context, letter letterDocument) error {
	_, err := b.collection().DeleteOne(ctx, bson.D{{Key: "_id", Value: letter.ID}})
	return fault(ctx, "remove letter", err)
}

func (b *LetterBox) collection() *driver.Collection { return b.store.collection(letters) }

func waitAfter(attempts int) time.Duration {
	wait := firstWait
	for range attempts - 1 {
		wait = min(2*wait, longestWait)
	}
	return wait
}

func (b *LetterBox) fromMessage(m kafka.Message, cause error) letterDocument {
	digest := sha256.New()
	digest.Write(m.Key)
	digest.Write([]byte{0})
	digest.Write(m.Value)
	headers := make([]headerDocument, len(m.Headers))
	for i, h := range m.Headers {
		headers[i] = headerDocument{Key: valid(h.Key), Value: h.Value}
	}
	now := b.store.stamp()
	return letterDocument{
		ConsumerGroup: b.group,
		Topic:         m.Topic,
		Partition:     m.Partition,
		Offset:        m.Offset,
		Digest:        digest.Sum(nil),
		MessageKey:    m.Key,
		Headers:       headers,
		Payload:       m.Value,
		Error:         shortened(cause),
		Attempts:      1,
		NextAttemptAt: now.Add(waitAfter(1)),
		CreatedAt:     now,
		UpdatedAt:     now,
	}
}

func toMessage(d letterDocument) kafka.Message {
	m := kafka.Message{Topic: d.Topic, Partition: d.Partition, Offset: d.Offset, Key: d.MessageKey, Value: d.Payload, Time: d.CreatedAt}
	for _, h := range d.Headers {
		m.Headers = append(m.Headers, kafka.Header(h))
	}
	return m
}

// shortened is an error's text as the store takes it: UTF-8, and not endless.
func shortened(err error) string {
	runes := []rune(valid(err.Error()))
	return string(runes[:min(len(runes), maxErrorText)])
}

func valid(text string) string { return strings.ToValidUTF8(text, "?") }
