package deadletter

import (
	"time"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Letter is a record that Kafka is to have.
type Letter struct {
	// EventID is a UUID in its text form, unique in the table.
	EventID string
	// MessageKey is the record's key.
	MessageKey string
	Topic      string
	// PartitionID is what the partition is chosen by, and what order is kept for.
	PartitionID int64
	// PartitionKey is PartitionID as the bytes that are hashed.
	PartitionKey []byte
	Headers      []kafka.Header
	Payload      []byte
}

func (l Letter) record() kafka.Record {
	return kafka.Record{
		Topic: l.Topic, PartitionKey: l.PartitionKey, Key: []byte(l.MessageKey), Value: l.Payload, Headers: l.Headers,
	}
}

// Stored is a letter as it lies in the table.
type Stored struct {
	Letter
	ID int64
	// Attempts is how often it was sent in vain.
	Attempts      int
	NextAttemptAt time.Time
	// LeaseOwner is the process that has it at hand until LeaseUntil.
	LeaseOwner string
	LeaseUntil time.Time
	// ParkedAt is when it was given up; nil while it is tried.
	ParkedAt  *time.Time
	LastError string
	CreatedAt time.Time
}

// Counts is the state of a table.
type Counts struct {
	// Waiting letters may be claimed by any drain, now or after their backoff.
	Waiting int64
	// Leased letters are at hand in some process.
	Leased int64
	// Parked letters were refused for themselves and wait for a person.
	Parked int64
	// Oldest is the age of the oldest letter that is not parked; 0 where there is none.
	Oldest time.Duration
}
