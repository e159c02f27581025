package deadletter

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Producer sends records; *kafka.Producer is one. The result at an index is nil
// where the broker has the record, else kafka.ErrRefused or kafka.ErrUnavailable.
type Producer interface {
	Produce(ctx context.Context, records []kafka.Record) []error
}

// Observer hears what becomes of letters, for metrics. Its methods must not block.
type Observer interface {
	// Published letters were acknowledged right after their commit; delay is
	// the time from there to the ack.
	Published(letters int, delay time.Duration)
	// LeftToDrain letters were not sent by their own process: the queue was
	// full, the lease too short, or Kafka did not take them.
	LeftToDrain(letters int)
	// Drained letters were acknowledged after a drain had claimed them.
	Drained(letters int)
	// Parked letters were given up.
	Parked(letters int)
}

// PublisherConfig bounds a Publisher. The zero value has the defaults.
type PublisherConfig struct {
	// Queue is how many letters may wait for Kafka; 0 means 2048. What comes
	// while it is full is left to the drain.
	Queue int
	// Batch is how many letters are sent at once; 0 means 500.
	Batch int
	// Lease is how long a letter belongs to this process; 0 means 15 s.
	Lease time.Duration
	// SendLimit bounds sending one batch; 0 means 8 s. It must be below Lease.
	SendLimit time.Duration
}

func (c PublisherConfig) withDefaults() PublisherConfig {
	if c.Queue <= 0 {
		c.Queue = 2048
	}
	if c.Batch <= 0 {
		c.Batch = 500
	}
	if c.Lease <= 0 {
		c.Lease = 15 * time.Second
	}
	if c.SendLimit <= 0 {
		c.SendLimit = 8 * time.Second
	}
	return c
}

// Publisher appends letters to transactions, and sends them after the commit.
type Publisher struct {
	store    *Store
	producer Producer
	observer Observer
	config   PublisherConfig
	queue    chan outgoing
}

// outgoing is a letter on its way.
type outgoing struct {
	letter     Letter
	committed  time.Time
	leaseUntil time.Time
}

// NewPublisher joins a store to a producer.
func NewPublisher(store *Store, producer Producer, observer Observer, config PublisherConfig) *Publisher {
	config = config.withDefaults()
	return &Publisher{store: store, producer: producer, observer: observer, config: config, queue: make(chan outgoing, config.Queue)}
}

// Append adds letters to the transaction of ctx, in their order. Once it has
// committed they are sent; the caller never waits for that. It fails without a
// transaction.
func (p *Publisher) Append(ctx context.Context, letters ...Letter) error {
	if len(letters) == 0 {
		return nil
	}
	leaseUntil := p.store.now().UTC().Add(p.config.Lease)
	if err := p.store.insert(ctx, letters, leaseUntil); err != nil {
		return err
	}
	return p.store.pool.AfterCommit(ctx, func() { p.offer(letters, leaseUntil) })
}

// offer hands committed letters to Run, as far as there is room.
func (p *Publisher) offer(letters []Letter, leaseUntil time.Time) {
	committed := p.store.now()
	for i, letter := range letters {
		select {
		case p.queue <- outgoing{letter, committed, leaseUntil}:
		default:
			p.observer.LeftToDrain(len(letters) - i)
			return
		}
	}
}

// flushLimit bounds what Run still sends after it was told to stop.
const flushLimit = 5 * time.Second

// Run sends what was committed until ctx ends; then it sends what is queued,
// within 5 s, and gives up the leases of the rest so that a drain may take it
// at once. One batch is under way at a time, which keeps the order.
func (p *Publisher) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return p.flush(context.WithoutCancel(ctx))
		case first := <-p.queue:
			p.send(ctx, p.collect(first))
		}
	}
}

func (p *Publisher) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushLimit)
	defer cancel()
	for {
		select {
		case first := <-p.queue:
			p.send(ctx, p.collect(first))
		default:
			return nil
		}
	}
}

// collect takes what is queued, without waiting.
func (p *Publisher) collect(first outgoing) []outgoing {
	batch := []outgoing{first}
	for len(batch) < p.config.Batch {
		select {
		case next := <-p.queue:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// send sends what this process may still send, deletes what was acknowledged,
// and leaves the rest.
func (p *Publisher) send(ctx context.Context, batch []outgoing) {
	now := p.store.now()
	records := make([]kafka.Record, 0, len(batch))
	sent := batch[:0:0]
	for _, o := range batch {
		if o.leaseUntil.Sub(now) < p.config.SendLimit { // by the time of the ack a drain may have it
			p.observer.LeftToDrain(1)
			continue
		}
		records = append(records, o.letter.record())
		sent = append(sent, o)
	}
	if len(sent) == 0 {
		return
	}
	limited, cancel := context.WithTimeout(ctx, p.config.SendLimit)
	results := p.producer.Produce(limited, records)
	cancel()
	p.settle(ctx, sent, results)
}

func (p *Publisher) settle(ctx context.Context, sent []outgoing, results []error) {
	var acked, left []string
	var failure error
	for i, o := range sent {
		if results[i] != nil {
			failure = results[i]
			left = append(left, o.letter.EventID)
			continue
		}
		acked = append(acked, o.letter.EventID)
		p.observer.Published(1, p.store.now().Sub(o.committed))
	}
	removeAcked(ctx, p.store, acked)
	if len(left) == 0 {
		return
	}
	p.observer.LeftToDrain(len(left))
	slog.WarnContext(ctx, "events left to the drain", "events", len(left), "error", failure)
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := p.store.release(limited, left); err != nil { // the lease will pass by itself
		slog.WarnContext(ctx, "leases not released", "error", err)
	}
}

const (
	removeLeast = 50 * time.Millisecond
	removeMost  = 2 * time.Second
	removeLimit = 10 * time.Second
)

// removeAcked deletes rows of letters that Kafka has. A delete that fails is
// tried again, and never answered by sending again; after 10 s the rows are
// left, and the drain that finds them sends a second copy, which consumers know.
func removeAcked(ctx context.Context, store *Store, eventIDs []string) {
	if len(eventIDs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeLimit)
	defer cancel()
	for wait := removeLeast; ; wait = min(2*wait, removeMost) {
		err := store.remove(ctx, eventIDs)
		if err == nil {
			return
		}
		slog.WarnContext(ctx, "acknowledged events not deleted yet", "events", len(eventIDs), "error", err)
		if pause(ctx, wait) != nil {
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
