package deadletter_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// The test binary is also the writer that a test watches die.
func TestMain(m *testing.M) {
	if settings := strings.Fields(os.Getenv(writerEnv)); len(settings) > 0 {
		playWriter(settings)
	}
	goleak.VerifyTestMain(testenv.With(m))
}

// clock is set by tests.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.at.Store(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) now() time.Time               { return time.UnixMicro(c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration)      { c.at.Add(d.Microseconds()) }
func letters(n int) (all []deadletter.Letter) { return lettersOf("member-activity-20261120", n) }

func lettersOf(topic string, n int) (all []deadletter.Letter) {
	for i := range n {
		all = append(all, deadletter.Letter{
			EventID: uuid.Must(uuid.NewV7()).String(), MessageKey: fmt.Sprintf("k%d", i), Topic: topic,
			OrderKey: fmt.Sprintf("%s/%d", topic, i), PartitionID: int64(i % 3),
			PartitionKey: []byte(fmt.Sprint(i % 3)), Headers: []kafka.Header{{Key: "ce_id", Value: []byte("한글")}}, Payload: []byte(fmt.Sprint(i)),
		})
	}
	return all
}

// broker is a Broker that tests steer, where a real one cannot be made to fail
// in the way that is meant.
type broker struct {
	mu      sync.Mutex
	down    bool
	refuse  map[string]bool // by message key
	stuck   map[string]bool // topics that take nothing
	records []kafka.Record
}

func (b *broker) Ping(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return kafka.ErrUnavailable
	}
	return nil
}

func (b *broker) Produce(_ context.Context, records []kafka.Record) []error {
	b.mu.Lock()
	defer b.mu.Unlock()
	results := make([]error, len(records))
	for i, r := range records {
		switch {
		case b.refuse[string(r.Key)]:
			results[i] = fmt.Errorf("%w: too large", kafka.ErrRefused)
		case b.down || b.stuck[r.Topic]:
			results[i] = kafka.ErrUnavailable
		default:
			b.records = append(b.records, r)
		}
	}
	return results
}

func (b *broker) set(change func(*broker)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

func (b *broker) payloads() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		all = append(all, string(r.Value))
	}
	return all
}

func (b *broker) all() []kafka.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.records)
}

type post struct {
	dsn    string
	pool   *mysql.Pool
	clock  *clock
	broker *broker
}

func newPost(t *testing.T) post {
	t.Helper()
	return postAt(t, testenv.MySQL(t).DSN)
}

func postAt(t *testing.T, dsn string) post {
	t.Helper()
	pool, err := mysql.Open(mysql.Config{DSN: dsn})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	for _, statement := range deadletter.TableSQL("content") {
		require.NoError(t, pool.DB(t.Context()).Exec(statement).Error)
	}
	return post{dsn, pool, newClock(), &broker{refuse: map[string]bool{}, stuck: map[string]bool{}}}
}

func (p post) store(process string) *deadletter.Store {
	return deadletter.NewStore(p.pool, "content", process, p.clock.now)
}

func (p post) publisher(process string, config deadletter.PublisherConfig) *deadletter.Publisher {
	return deadletter.NewPublisher(p.store(process), p.broker, deadletter.Silent{}, config)
}

func (p post) drain(process string) *deadletter.Drain {
	return deadletter.NewDrain(p.store(process), p.broker, deadletter.Silent{})
}

// commit appends letters in a transaction of their own.
func (p post) commit(t *testing.T, publisher *deadletter.Publisher, all []deadletter.Letter) {
	t.Helper()
	require.NoError(t, p.pool.InTx(t.Context(), func(ctx context.Context) error { return publisher.Append(ctx, all...) }))
}

func (p post) counts(t *testing.T) deadletter.Counts {
	t.Helper()
	counts, err := p.store("any").Count(t.Context())
	require.NoError(t, err)
	return counts
}

// run starts a publisher, and returns how to stop it.
func run(t *testing.T, publisher *deadletter.Publisher) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- publisher.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-done)
	}
}

// change is the n-th change of a thing.
func change(thing string, n int) deadletter.Letter {
	return deadletter.Letter{
		EventID: uuid.Must(uuid.NewV7()).String(), MessageKey: fmt.Sprintf("%s#%d", thing, n), Topic: "member-activity-20261120",
		OrderKey: thing, PartitionID: 7, PartitionKey: []byte("7"), Payload: []byte(fmt.Sprintf("%s %d", thing, n)),
	}
}

// dyingBroker ends the goroutine that gives it records, as a process ends that
// is killed: nothing after the call happens.
type dyingBroker struct{ *broker }

func (dyingBroker) Produce(context.Context, []kafka.Record) []error {
	runtime.Goexit()
	return nil
}
