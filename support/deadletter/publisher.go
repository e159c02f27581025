package deadletter

import (
	"context"
	"log/slog"
	"slices"
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
		c.Batch = statementRows
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

const (
	// flushLimit bounds what Run still sends after it was told to stop.
	flushLimit = 5 * time.Second
	// heldPause is between looks at letters that an older one holds back.
	heldPause = 10 * time.Millisecond
	// ackedPause is between attempts to delete what could not be deleted.
	ackedPause = time.Second
)

// Run sends what was committed until ctx ends; then it sends what is queued,
// within 5 s, and gives up the leases of the rest so that a drain may take it
// at once. One batch is under way at a time.
//
// A letter is held back while an older one of its order key is in the table: this
// process's own, another's that is still sending it, or one that waits for a drain.
func (p *Publisher) Run(ctx context.Context) error {
	var held []outgoing
	for {
		batch, more := p.next(ctx, held)
		if !more {
			p.flush(context.WithoutCancel(ctx), batch)
			return nil
		}
		held = p.send(ctx, batch)
	}
}

// next waits for letters, and returns them after the held ones; more is false when
// ctx has ended.
func (p *Publisher) next(ctx context.Context, held []outgoing) (batch []outgoing, more bool) {
	wait := ackedPause
	if len(held) > 0 {
		wait = heldPause
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return held, false
	case first := <-p.queue:
		return p.collect(append(held, first)), true
	case <-timer.C:
		return held, true
	}
}

// collect adds what is queued, without waiting.
func (p *Publisher) collect(batch []outgoing) []outgoing {
	for room := p.config.Batch - 1; room > 0; room-- {
		select {
		case next := <-p.queue:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (p *Publisher) flush(ctx context.Context, held []outgoing) {
	ctx, cancel := context.WithTimeout(ctx, flushLimit)
	defer cancel()
	for {
		select {
		case first := <-p.queue:
			held = p.send(ctx, p.collect(append(held, first)))
		default:
			p.leave(ctx, p.send(ctx, held), nil)
			return
		}
	}
}

// send sends what this process may send now, deletes what was acknowledged, leaves
// what cannot be sent to the drain, and returns what is held back.
func (p *Publisher) send(ctx context.Context, batch []outgoing) (held []outgoing) {
	if err := p.store.removeSoon(ctx, nil); err != nil {
		return p.bound(ctx, batch) // the store is away: whose turn it is cannot be known
	}
	ready, held, err := p.sort(ctx, p.withTime(ctx, batch))
	if err != nil {
		slog.WarnContext(ctx, "events wait for the store", "error", err)
		return p.bound(ctx, held)
	}
	if len(ready) > 0 {
		p.produce(ctx, ready)
	}
	return p.bound(ctx, held)
}

// withTime leaves letters whose lease may pass before the ack: a drain may have them
// by then.
func (p *Publisher) withTime(ctx context.Context, batch []outgoing) []outgoing {
	now := p.store.now()
	var late []outgoing
	batch = slices.DeleteFunc(slices.Clone(batch), func(o outgoing) bool {
		isLate := o.leaseUntil.Sub(now) < p.config.SendLimit
		if isLate {
			late = append(late, o)
		}
		return isLate
	})
	p.leave(ctx, late, nil)
	return batch
}

// bound keeps what is held back from growing without end.
func (p *Publisher) bound(ctx context.Context, held []outgoing) []outgoing {
	if excess := len(held) - p.config.Batch; excess > 0 {
		p.leave(ctx, held[p.config.Batch:], nil)
		return held[:p.config.Batch]
	}
	return held
}

func (p *Publisher) produce(ctx context.Context, ready []outgoing) {
	records := make([]kafka.Record, len(ready))
	for i, o := range ready {
		records[i] = o.letter.record()
	}
	limited, cancel := context.WithTimeout(ctx, p.config.SendLimit)
	defer cancel()
	p.settle(ctx, ready, p.producer.Produce(limited, records))
}

func (p *Publisher) settle(ctx context.Context, sent []outgoing, results []error) {
	var acked []string
	var left []outgoing
	var failure error
	for i, o := range sent {
		if results[i] != nil {
			failure = results[i]
			left = append(left, o)
			continue
		}
		acked = append(acked, o.letter.EventID)
		p.observer.Published(1, p.store.now().Sub(o.committed))
	}
	_ = p.store.removeSoon(ctx, acked) // logged there, and tried again
	p.leave(ctx, left, failure)
}

// leave gives letters to the drain, at once where the store takes note of it, and
// with the end of their lease otherwise.
func (p *Publisher) leave(ctx context.Context, left []outgoing, cause error) {
	if len(left) == 0 {
		return
	}
	p.observer.LeftToDrain(len(left))
	slog.WarnContext(ctx, "events left to the drain", "events", len(left), "error", cause)
	ids := make([]string, len(left))
	for i, o := range left {
		ids[i] = o.letter.EventID
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := p.store.release(limited, ids); err != nil {
		slog.WarnContext(ctx, "leases not released", "error", err)
	}
}
