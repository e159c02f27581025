package listenerletter

import (
	"crypto/sha256"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// Collection has the letters of all groups.
const Collection = "kafka_listener_dead_letters"

// Indexes are what this package relies on; `migrate` of each service makes them.
func Indexes() []mongo.Index {
	return []mongo.Index{
		{Collection: Collection, Keys: []string{"consumer_group", "topic", "partition", "offset", "digest"}, Unique: true},
		{Collection: Collection, Keys: []string{"parked", "next_attempt_at"}},
	}
}

const maxErrorText = 1000

// document is a letter as it is stored. Times are in milliseconds.
type document struct {
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
	DiscardedAt   *time.Time       `bson:"discarded_at,omitempty"`
	DiscardedBy   string           `bson:"discarded_by,omitempty"`
	Reason        string           `bson:"reason,omitempty"`
}

type headerDocument struct {
	Key   string `bson:"key"`
	Value []byte `bson:"value"`
}

// name is what no other letter has.
func (d document) name() bson.D {
	return bson.D{
		{Key: "consumer_group", Value: d.ConsumerGroup},
		{Key: "topic", Value: d.Topic},
		{Key: "partition", Value: d.Partition},
		{Key: "offset", Value: d.Offset},
		{Key: "digest", Value: d.Digest},
	}
}

// fromMessage is the letter of a record that was tried for the first time.
func fromMessage(group string, m kafka.Message, cause error, now time.Time) document {
	headers := make([]headerDocument, len(m.Headers))
	for i, h := range m.Headers {
		headers[i] = headerDocument{Key: valid(h.Key), Value: h.Value}
	}
	digest := sha256.New()
	digest.Write(m.Key)
	digest.Write([]byte{0})
	digest.Write(m.Value)
	return document{
		ConsumerGroup: group,
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

func toLetter(d document) Letter {
	letter := Letter{
		Group: d.ConsumerGroup,
		Message: kafka.Message{
			Topic: d.Topic, Partition: d.Partition, Offset: d.Offset, Key: d.MessageKey, Value: d.Payload, Time: d.CreatedAt.UTC(),
		},
		Error:    d.Error,
		Attempts: d.Attempts,
	}
	for _, h := range d.Headers {
		letter.Message.Headers = append(letter.Message.Headers, kafka.Header(h))
	}
	return letter
}

func toStoredLetter(d document) Stored {
	return Stored{
		Letter: toLetter(d), ID: d.ID.Hex(), CreatedAt: d.CreatedAt.UTC(), NextAttemptAt: d.NextAttemptAt.UTC(),
		ParkedAt: d.ParkedAt, DiscardedAt: d.DiscardedAt, DiscardedBy: d.DiscardedBy, Reason: d.Reason,
	}
}

// shortened is an error's text as the store takes it: UTF-8, and not endless.
func shortened(err error) string {
	runes := []rune(valid(err.Error()))
	return string(runes[:min(len(runes), maxErrorText)])
}

func valid(text string) string { return strings.ToValidUTF8(text, "?") }
