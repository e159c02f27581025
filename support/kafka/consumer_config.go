package kafka

import (
	"context"
	"errors"
	"time"
)

// Handler handles one record. nil means that it is done for ever, and the offset
// may move past it; so a record that can never be handled must be put away before
// nil is returned. An error means that it cannot be done now: the same record is
// given again, after a wait, and its partition waits with it.
//
// ctx ends a grace time after the partition was taken away from this member or the
// consumer was stopped; a handler must return soon then.
type Handler func(ctx context.Context, message Message) error

// BatchHandler handles records of one partition, in their order, together. done is
// how many from the front are done for ever; with fewer than all, err says why, and
// the rest is given again. batch has at least one record, and is the handler's own.
type BatchHandler func(ctx context.Context, batch []Message) (done int, err error)

// ConsumerConfig is what a consumer reads, as whom, and how. One of Handle and
// HandleBatch must be set; durations and numbers that are 0 take their defaults.
type ConsumerConfig struct {
	// Bootstrap is host:port of some brokers, with commas between.
	Bootstrap string
	// ClientID names this process in the brokers' logs.
	ClientID string
	// Group is the consumer group.
	Group string
	// Prefix begins the names of the topics to read: all that exist, also later.
	Prefix string

	Handle      Handler
	HandleBatch BatchHandler

	// Trace begins spans around the handling of records of one topic, given their
	// traceparents, and returns the context of the handling and what ends them;
	// nil where nothing is traced.
	Trace func(ctx context.Context, topic string, parents []string) (inner context.Context, end func(error))

	// Observer may be nil.
	Observer Observer

	// Parallel bounds the handlers that run at the same time; 8.
	Parallel int
	// MaxBatch bounds what HandleBatch is given; 500.
	MaxBatch int
	// FetchBytes bounds what one partition holds in memory, compressed; 256 KiB.
	FetchBytes int
	// FetchWait is how long a broker may hold a request for new records; 2 s.
	FetchWait time.Duration
	// TopicsEvery is the time between looks for new topics; 2 s.
	TopicsEvery time.Duration
	// CommitEvery is the time between commits; 500 ms. CommitAfter commits sooner
	// when so many records are handled; 1000.
	CommitEvery time.Duration
	CommitAfter int
	// HeartbeatEvery is how soon this member hears of a rebalance; 250 ms.
	HeartbeatEvery time.Duration
	// SessionTimeout is how soon the others take over from a member that died; 6 s,
	// the least that a broker allows by default.
	SessionTimeout time.Duration
	// RebalanceTimeout bounds the wait for members whose handlers do not return; 30 s.
	RebalanceTimeout time.Duration
	// Grace is how long a handler may go on after its partition was taken away; 1 s.
	Grace time.Duration
	// RetryLeast and RetryMost bound the wait between attempts at a record; 100 ms, 5 s.
	RetryLeast time.Duration
	RetryMost  time.Duration
}

// The faults of a configuration.
var (
	errNoGroup   = errors.New("kafka: consumer without group")
	errNoPrefix  = errors.New("kafka: consumer without topic prefix")
	errOneHandle = errors.New("kafka: consumer needs exactly one of Handle and HandleBatch")
)

func (c ConsumerConfig) check() error {
	var faults []error
	if c.Group == "" {
		faults = append(faults, errNoGroup)
	}
	if c.Prefix == "" {
		faults = append(faults, errNoPrefix)
	}
	if (c.Handle == nil) == (c.HandleBatch == nil) {
		faults = append(faults, errOneHandle)
	}
	return errors.Join(faults...)
}

func (c ConsumerConfig) withDefaults() ConsumerConfig {
	if c.Observer == nil {
		c.Observer = unobserved{}
	}
	if c.HandleBatch == nil {
		c.HandleBatch, c.MaxBatch = oneByOne(c.Handle), 1
	}
	c.Parallel = positive(c.Parallel, 8)
	c.MaxBatch = positive(c.MaxBatch, 500)
	c.FetchBytes = positive(c.FetchBytes, 256<<10)
	c.FetchWait = positive(c.FetchWait, 2*time.Second)
	c.TopicsEvery = positive(c.TopicsEvery, 2*time.Second)
	c.CommitEvery = positive(c.CommitEvery, 500*time.Millisecond)
	c.CommitAfter = positive(c.CommitAfter, 1000)
	c.HeartbeatEvery = positive(c.HeartbeatEvery, 250*time.Millisecond)
	c.SessionTimeout = positive(c.SessionTimeout, 6*time.Second)
	c.RebalanceTimeout = positive(c.RebalanceTimeout, 30*time.Second)
	c.Grace = positive(c.Grace, time.Second)
	c.RetryLeast = positive(c.RetryLeast, 100*time.Millisecond)
	c.RetryMost = positive(c.RetryMost, 5*time.Second)
	return c
}

func positive[N int | time.Duration](given, fallback N) N {
	if given > 0 {
		return given
	}
	return fallback
}

// oneByOne makes a Handler a BatchHandler for batches of one.
func oneByOne(handle Handler) BatchHandler {
	return func(ctx context.Context, batch []Message) (int, error) {
		for done, message := range batch {
			if err := handle(ctx, message); err != nil {
				return done, err
			}
		}
		return len(batch), nil
	}
}
