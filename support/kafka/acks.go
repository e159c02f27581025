package kafka

import (
	"fmt"

	"github.com/segmentio/kafka-go"
)

// Acks is how many replicas must have a record before it counts as written.
type Acks int

const (
	// AcksAll waits for every replica that is in sync: what the broker has told
	// survives the loss of a leader.
	AcksAll Acks = iota
	// AcksLeader waits for the leader alone. The loss of a leader can lose what only
	// it had; it saves resources where there is a single broker anyway.
	AcksLeader
)

// UnmarshalText reads "all", "-1" or "1", as in KAFKA_ACKS.
func (a *Acks) UnmarshalText(text []byte) error {
	switch string(text) {
	case "all", "-1":
		*a = AcksAll
	case "1":
		*a = AcksLeader
	default:
		return fmt.Errorf("acks must be all or 1, not %q", text)
	}
	return nil
}

// String is the form that UnmarshalText reads.
func (a Acks) String() string {
	if a == AcksLeader {
		return "1"
	}
	return "all"
}

func (a Acks) required() kafka.RequiredAcks {
	if a == AcksLeader {
		return kafka.RequireOne
	}
	return kafka.RequireAll
}
