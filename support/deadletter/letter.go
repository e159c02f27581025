package deadletter

import (
	"strconv"
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
	// OrderKey names the thing whose changes must reach Kafka in their order, at most
	// 100 ASCII characters; where it is empty, the partition id does. The row of that
	// thing must be locked before the letter is appended: then ids follow commits.
	OrderKey string
	// IsFirst promises that no older letter has the OrderKey, since the change made the
	// thing: then nobody looks for one.
	IsFirst bool
	// PartitionID is what the partition is chosen by.
	PartitionID int64
	// PartitionKey is PartitionID as the bytes that are hashed; without any, those of
	// MessageKey are.
	PartitionKey []byte
	Headers      []kafka.Header
	Payload      []byte
}

// orderKey is never empty.
func (l Letter) orderKey() string {
	if l.OrderKey != "" {
		return l.OrderKey
	}
	return "partition:" + strconv.FormatInt(l.PartitionID, 10)
}

func (l Letter) record() kafka.Record {
	partitionKey := l.PartitionKey
	if len(partitionKey) == 0 {
		partitionKey = nil
	}
	return kafka.Record{
		Topic: l.Topic, PartitionKey: partitionKey, Key: []byte(l.MessageKey), Value: l.Payload, Headers: l.Headers,
	}
}

// Stored is a letter as it lies in the table.
type Stored struct {
	Letter
	ID int64
	// Attempts is how often a drain sent it in vain; Refusals is how often of these
	// the broker refused it for itself.
	Attempts      int
	Refusals      int
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
