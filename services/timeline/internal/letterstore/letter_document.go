package letterstore

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// letterDocument is a letter as it is stored.
type letterDocument struct {
	ID            string           `bson:"_id"`
	Group         string           `bson:"group"`
	Topic         string           `bson:"topic"`
	Partition     int              `bson:"partition"`
	Offset        int64            `bson:"offset"`
	MessageKey    string           `bson:"message_key"`
	Headers       []headerDocument `bson:"headers"`
	Payload       bson.Binary      `bson:"payload"`
	Error         string           `bson:"last_error"`
	Attempts      int              `bson:"attempts"`
	Parked        bool             `bson:"parked"`
	NextAttemptAt time.Time        `bson:"next_attempt_at"`
	CreatedAt     time.Time        `bson:"created_at"`
	UpdatedAt     time.Time        `bson:"updated_at"`
}

type headerDocument struct {
	Key   string      `bson:"key"`
	Value bson.Binary `bson:"value"`
}

func fromMessage(group string, message kafka.Message, cause error, now time.Time) letterDocument {
	headers := make([]headerDocument, len(message.Headers))
	for i, h := range message.Headers {
		headers[i] = headerDocument{Key: h.Key, Value: bson.Binary{Data: h.Value}}
	}
	return letterDocument{
		ID:    fmt.Sprintf("%s/%s/%d/%d", group, message.Topic, message.Partition, message.Offset),
		Group: group, Topic: message.Topic, Partition: message.Partition, Offset: message.Offset,
		MessageKey: string(message.Key), Headers: headers, Payload: bson.Binary{Data: message.Value},
		Error: cause.Error(), Attempts: 1, NextAttemptAt: now.Add(waitAfter(1)), CreatedAt: now, UpdatedAt: now,
	}
}

func toMessage(d letterDocument) kafka.Message {
	message := kafka.Message{
		Topic: d.Topic, Partition: d.Partition, Offset: d.Offset, Key: []byte(d.MessageKey), Value: d.Payload.Data, Time: d.CreatedAt,
	}
	for _, h := range d.Headers {
		message.Headers = append(message.Headers, kafka.Header{Key: h.Key, Value: h.Value.Data})
	}
	return message
}
