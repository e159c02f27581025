package evidence

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// Prefix begins the names of the topics.
const Prefix = activityrecord.DefaultTopicPrefix

// Tap is a consumer of its own that keeps every record of every topic, also of those
// that are lost later.
type Tap struct {
	group string

	mu      sync.Mutex
	places  map[place]bool
	records []ledger.Record
	poison  int
}

type place struct {
	topic     string
	partition int
	offset    int64
	event     string
}

// NewTap makes a tap. Run reads.
func NewTap() *Tap { return &Tap{group: "faults-tap-" + rand.Text(), places: map[place]bool{}} }

// Run reads until ctx ends.
func (t *Tap) Run(ctx context.Context, bootstrap string) error {
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap, ClientID: "faults-tap", Group: t.group, Prefix: Prefix,
		HandleBatch: func(_ context.Context, batch []kafka.Message) (int, error) {
			for _, m := range batch {
				t.keep(m)
			}
			return len(batch), nil
		},
	})
	if err != nil {
		return fmt.Errorf("tap: %w", err)
	}
	return consumer.Run(ctx)
}

func (t *Tap) keep(m kafka.Message) {
	event, err := activityrecord.Decode(m.Value)
	t.mu.Lock()
	defer t.mu.Unlock()
	at := place{m.Topic, m.Partition, m.Offset, event.GetEventId()}
	if t.places[at] {
		return // handed out again after a rebalance
	}
	t.places[at] = true
	if err != nil {
		t.poison++
		return
	}
	thing := ""
	if event.GetVersion() > 0 {
		thing = activityrecord.Thing(event)
	}
	t.records = append(t.records, ledger.Record{
		Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Arrival: len(t.records),
		EventID: event.GetEventId(), Type: activityrecord.TypeName(event.GetType()), Key: string(m.Key),
		Thing: thing, Version: event.GetVersion(), Member: event.GetMemberId(),
	})
}

// Of are the records of these members, in the order of their arrival.
func (t *Tap) Of(members map[int64]bool) []ledger.Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []ledger.Record
	for _, r := range t.records {
		if members[r.Member] {
			found = append(found, r)
		}
	}
	return found
}

// Count is how many records there were, and how many of them nobody can decode.
func (t *Tap) Count() (records, poison int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.records) + t.poison, t.poison
}
