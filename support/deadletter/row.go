package deadletter

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const columns = "id, event_id, message_key, topic, order_key, partition_id, partition_key, headers, payload, attempts, refusals, next_attempt_at, lease_owner, lease_until, parked_at, last_error, created_at"

// unreadable is the name of what is no header.
const unreadable = "unreadable"

type row struct {
	ID            int64
	EventID       string
	MessageKey    string
	Topic         string
	OrderKey      string
	PartitionID   int64
	PartitionKey  []byte
	Headers       string
	Payload       []byte
	Attempts      int
	Refusals      int
	NextAttemptAt time.Time
	LeaseOwner    string
	LeaseUntil    time.Time
	ParkedAt      *time.Time
	LastError     string
	CreatedAt     time.Time
}

// toStored fails where nobody can read the headers. The letter then has their text in
// the place of one, so that a person can look at it, and it can be archived whole.
func toStored(r row) (Stored, error) {
	headers, err := toHeaders(r.Headers)
	if err != nil {
		headers = []kafka.Header{{Key: unreadable, Value: []byte(r.Headers)}}
		err = fmt.Errorf("read headers of letter %d: %w", r.ID, err)
	}
	return Stored{
		Letter: Letter{
			EventID: r.EventID, MessageKey: r.MessageKey, Topic: r.Topic, OrderKey: r.OrderKey, PartitionID: r.PartitionID,
			PartitionKey: r.PartitionKey, Headers: headers, Payload: r.Payload,
		},
		ID: r.ID, Attempts: r.Attempts, Refusals: r.Refusals, NextAttemptAt: r.NextAttemptAt, LeaseOwner: r.LeaseOwner,
		LeaseUntil: r.LeaseUntil, ParkedAt: r.ParkedAt, LastError: r.LastError, CreatedAt: r.CreatedAt,
	}, err
}

func fromHeaders(headers []kafka.Header) (string, error) {
	text, err := json.Marshal(headers)
	return string(text), err
}

func toHeaders(text string) (headers []kafka.Header, err error) {
	err = json.Unmarshal([]byte(text), &headers)
	return headers, err
}
