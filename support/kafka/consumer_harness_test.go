package kafka_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

const (
	patience = 60 * time.Second // the machine may be busy
	glance   = 10 * time.Millisecond
)

// running is a consumer under test and what it was given.
type running struct {
	cancel context.CancelFunc
	done   chan error

	mu      sync.Mutex
	handled []kafka.Message
	faults  []string
	retried int
	parts   []kafka.TopicPartition
	rounds  int
	lag     map[kafka.TopicPartition]int64
	handle  kafka.Handler
}

// start runs a consumer of the test's prefix as group "g". handle may be nil, and
// decides what becomes of a record; what it takes is counted as handled.
func start(t *testing.T, env testenv.KafkaSpace, handle kafka.Handler, change ...func(*kafka.ConsumerConfig)) *running {
	t.Helper()
	r := &running{done: make(chan error, 1), lag: make(map[kafka.TopicPartition]int64), handle: handle}
	config := kafka.ConsumerConfig{
		Bootstrap: env.Bootstrap, ClientID: "test", Group: env.Group("g"), Prefix: env.Prefix, Handle: r.take, Observer: r,
		TopicsEvery: 500 * time.Millisecond, RetryLeast: 20 * time.Millisecond, RetryMost: 100 * time.Millisecond,
	}
	for _, c := range change {
		c(&config)
	}
	consumer, err := kafka.NewConsumer(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { r.done <- consumer.Run(ctx) }()
	t.Cleanup(func() { r.stop(t) })
	return r
}

func (r *running) take(ctx context.Context, message kafka.Message) error {
	if r.handle != nil {
		if err := r.handle(ctx, message); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handled = append(r.handled, message)
	return nil
}

// stop ends the consumer and waits for it; stopping twice is fine.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	select {
	case err, open := <-r.done:
		if open {
			require.NoError(t, err)
			close(r.done)
		}
	case <-time.After(patience):
		t.Error("the consumer did not end")
	}
}

func (r *running) Assigned(parts []kafka.TopicPartition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parts = parts
	r.rounds++
}

func (r *running) Progress(tp kafka.TopicPartition, _ int, next, end int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lag[tp] = end - next
}

func (r *running) Retrying(kafka.TopicPartition, int64, int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.retried++
}

func (r *running) Faulted(doing string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, doing+": "+err.Error())
}

func (r *running) messages() []kafka.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]kafka.Message(nil), r.handled...)
}

func (r *running) assigned() []kafka.TopicPartition {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.parts
}

func (r *running) retries() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.retried
}

func (r *running) faulted() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.faults...)
}

func (r *running) awaitCount(t *testing.T, count int) {
	t.Helper()
	await(t, func() bool { return len(r.messages()) >= count }, func() any {
		return []any{"handled", len(r.messages()), "of", count, "faults", r.faulted()}
	})
}

func (r *running) awaitPartitions(t *testing.T, count int) {
	t.Helper()
	await(t, func() bool { return len(r.assigned()) == count }, func() any { return r.assigned() })
}

func await(t *testing.T, condition func() bool, state func() any) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-deadline.C:
			require.FailNow(t, "waited in vain", "%v", state())
		case <-ticker.C:
		}
	}
}

// collect reads the test's topics with a group of its own until there are count.
func collect(t *testing.T, env testenv.KafkaSpace, count int) []kafka.Message {
	t.Helper()
	r := start(t, env, nil, func(c *kafka.ConsumerConfig) { c.Group = env.Group("collect-" + strconv.Itoa(count)) })
	r.awaitCount(t, count)
	r.stop(t)
	messages := r.messages()
	require.Len(t, messages, count)
	return messages
}

var errStoreDown = errors.New("the store is down")
