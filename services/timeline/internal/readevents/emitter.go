package readevents

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const (
	defaultQueue = 10_000
	batchMost    = 500
	// batchWait collects what comes close together.
	batchWait = 20 * time.Millisecond
	// sendWithin bounds the sending of a batch; the queue fills meanwhile.
	sendWithin = 5 * time.Second
	// flushWithin bounds what is still sent while stopping.
	flushWithin = 3 * time.Second
)

// Producer sends records; *kafka.Producer does.
type Producer interface {
	// Produce answers for each record, at its index.
	Produce(ctx context.Context, records []kafka.Record) []error
}

// Config is what an Emitter is made of.
type Config struct {
	Producer Producer
	Metrics  *Metrics
	// NewID makes event ids: UUIDv7.
	NewID func() string
	// TopicPrefix begins the names of the daily topics.
	TopicPrefix string
	// Queue bounds the reads that wait; 0 is 10,000.
	Queue int
}

// Emitter sends reads. Run is its component; Emit may be called at any time.
type Emitter struct {
	config Config
	queue  chan waiting
}

type waiting struct {
	read        timeline.Read
	traceparent string
}

// New makes an emitter with an empty queue.
func New(config Config) *Emitter {
	if config.Queue <= 0 {
		config.Queue = defaultQueue
	}
	return &Emitter{config: config, queue: make(chan waiting, config.Queue)}
}

// Emit queues a read and returns at once. Where the queue is full the read is
// dropped and counted.
func (e *Emitter) Emit(read timeline.Read, traceparent string) {
	select {
	case e.queue <- waiting{read, traceparent}:
	default:
		e.config.Metrics.dropped(queueFull, 1)
	}
}

// Run sends what is queued until ctx ends, and then what is left, within 3 s.
func (e *Emitter) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return e.flush(ctx)
		case first := <-e.queue:
			e.send(ctx, e.batch(ctx, first))
		}
	}
}

// batch is first and what comes within batchWait.
func (e *Emitter) batch(ctx context.Context, first waiting) []waiting {
	batch := []waiting{first}
	timer := time.NewTimer(batchWait)
	defer timer.Stop()
	for len(batch) < batchMost {
		select {
		case next := <-e.queue:
			batch = append(batch, next)
		case <-timer.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// send tries once, in a time of its own: a batch that is under way when ctx
// ends is not lost.
func (e *Emitter) send(ctx context.Context, batch []waiting) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	e.produce(ctx, batch)
}

func (e *Emitter) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
	defer cancel()
	for {
		select {
		case first := <-e.queue:
			e.produce(ctx, e.rest(first))
		default:
			return nil
		}
	}
}

// rest is first and what is queued now.
func (e *Emitter) rest(first waiting) []waiting {
	batch := []waiting{first}
	for len(batch) < batchMost {
		select {
		case next := <-e.queue:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (e *Emitter) produce(ctx context.Context, batch []waiting) {
	records := make([]kafka.Record, 0, len(batch))
	for _, w := range batch {
		record, err := toRecord(toEvent(w.read, e.config.NewID()), e.config.TopicPrefix, w.traceparent)
		if err != nil {
			slog.ErrorContext(ctx, "read cannot be told", "error", err)
			e.config.Metrics.dropped(refused, 1)
			continue
		}
		records = append(records, record)
	}
	var failed int
	var cause error
	for _, err := range e.config.Producer.Produce(ctx, records) {
		if err != nil {
			failed, cause = failed+1, err
		}
	}
	e.config.Metrics.sent(len(records) - failed)
	if failed > 0 {
		e.config.Metrics.dropped(notTaken, failed)
		slog.WarnContext(ctx, "reads dropped", "reads", failed, "error", cause)
	}
}
