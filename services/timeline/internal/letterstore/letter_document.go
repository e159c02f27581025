package letterstore

import (
	"crypto/sha256"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const maxErrorText = 1000

// letterDocument is a letter as it is stored.
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

// name is what no other letter has.
func (d letterDocument) name() bson.D {
	return bson.D{
		{Key: "consumer_group", Value: d.ConsumerGroup},
		{Key: "topic", Value: d.Topic},
		{Key: "partition", Value: d.Partition},
		{Key: "offset", Value: d.Offset},
		{Key: "digest", Value: d.Digest},
	}
}

func fromMessage(group string, message kafka.Message, cause error, now time.Time) letterDocument {
	headers := make([]headerDocument, len(message.Headers))
	for i, h := range message.Headers {
		headers[i] = headerDocument(h)
	}
	digest := sha256.New()
	digest.Write(message.Key)
	digest.Write([]byte{0})
	digest.Write(message.Value)
	return letterDocument{
		ConsumerGroup: group,
		Topic:         message.Topic,
		Partition:     message.Partition,
		Offset:        message.Offset,
		Digest:        digest.Sum(nil),
		MessageKey:    message.Key,
		Headers:       headers,
		Payload:       message.Value,
		Error:         shortened(cause.Error()),
		Attempts:      1,
		NextAttemptAt: now.Add(waitAfter(1)),
		CreatedAt:     now,
		UpdatedAt:     now,
	}
}

func toMessage(d letterDocument) kafka.Message {
	message := kafka.Message{
		Topic: d.Topic, Partition: d.Partition, Offset: d.Offset, Key: d.MessageKey, Value: d.Payload, Time: d.CreatedAt,
	}
	for _, h := range d.Headers {
		message.Headers = append(message.Headers, kafka.Header(h))
	}
	return message
}

// shortened is text as the store takes it: UTF-8, and not endless.
func shortened(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	return string(runes[:min(len(runes), maxErrorText)])
}
