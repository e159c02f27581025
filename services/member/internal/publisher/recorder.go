package publisher

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Source names this service in its events.
const Source = "/dailyfeed/member"

// Outbox keeps letters with the transaction of ctx; *deadletter.Publisher does.
type Outbox interface {
	Append(ctx context.Context, letters ...deadletter.Letter) error
}

// Recorder is the domain's FactLog: each fact becomes the letter of one event.
type Recorder struct {
	// Outbox takes the letters.
	Outbox Outbox
	// NewID makes event ids: UUIDs of version 7 in text form.
	NewID func() string
	// TopicPrefix is all of a topic's name before the date.
	TopicPrefix string
	// Traceparent is that of the request that ctx belongs to, "" where none does.
	Traceparent func(ctx context.Context) string
}

var _ member.FactLog = (*Recorder)(nil)

// Record implements member.FactLog.
func (r *Recorder) Record(ctx context.Context, facts ...member.Fact) error {
	letters := make([]deadletter.Letter, len(facts))
	origin := activityrecord.Origin{Source: Source, TopicPrefix: r.TopicPrefix, Traceparent: r.Traceparent(ctx)}
	for i, fact := range facts {
		letter, err := toLetter(fact, r.NewID(), origin)
		if err != nil {
			return fmt.Errorf("record fact %T: %w", fact, err)
		}
		letters[i] = letter
	}
	return r.Outbox.Append(ctx, letters...)
}

func toLetter(fact member.Fact, eventID string, origin activityrecord.Origin) (deadletter.Letter, error) {
	event, err := toEvent(fact, eventID)
	if err != nil {
		return deadletter.Letter{}, err
	}
	record, err := activityrecord.Encode(event, origin)
	if err != nil {
		return deadletter.Letter{}, err
	}
	headers := make([]kafka.Header, len(record.Headers))
	for i, h := range record.Headers {
		headers[i] = kafka.Header{Key: h.Key, Value: []byte(h.Value)}
	}
	return deadletter.Letter{
		EventID:      eventID,
		MessageKey:   record.Key,
		Topic:        record.Topic,
		OrderKey:     record.Thing,
		IsFirst:      record.IsFirst,
		PartitionID:  record.PartitionID,
		PartitionKey: activityrecord.PartitionKey(record.PartitionID),
		Headers:      headers,
		Payload:      record.Value,
	}, nil
}
