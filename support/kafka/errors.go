package kafka

import (
	"errors"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"
)

// The two ways in which a record fails to be produced. Every error of Produce is
// one of them.
var (
	// ErrRefused is a record that the broker refuses for itself: too large, or
	// malformed. Trying again gives the same answer.
	ErrRefused = errors.New("record refused")
	// ErrUnavailable is everything else: no broker, no leader, too few replicas,
	// no time left, no rights, or an answer that did not come. The record may have
	// been written; it counts as not written, and trying again is right.
	ErrUnavailable = errors.New("kafka unavailable")
)

// refusals are the answers that are about the record, not about the cluster.
var refusals = []error{
	kafka.MessageSizeTooLarge, kafka.RecordListTooLarge,
	kafka.InvalidTopic, kafka.InvalidTimestamp, kafka.UnsupportedForMessageFormat,
	kafka.InvalidRecord,
}

// classify puts ErrRefused or ErrUnavailable in front of an answer of the broker.
func classify(cause error) error {
	about := func(refusal error) bool { return errors.Is(cause, refusal) }
	if slices.ContainsFunc(refusals, about) {
		return fmt.Errorf("%w: %w", ErrRefused, cause)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, cause)
}
