package deadletter_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// died commits letters whose process then dies before it sends them.
func (p post) died(t *testing.T, all []deadletter.Letter) {
	t.Helper()
	p.commit(t, p.publisher("dead", deadletter.PublisherConfig{}), all)
}

func TestTheDrainWaitsForTheLease(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(3))
	sent, err := p.drain("b").DrainDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, sent)
	p.clock.advance(16 * time.Second)
	sent, err = p.drain("b").DrainDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, sent)
	require.Zero(t, p.counts(t))
}

func TestADrainSendsAtOnceWhatAJobAppends(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	require.ErrorContains(t, p.store("job").Append(t.Context(), letters(1)...), "transaction")
	require.NoError(t, p.pool.InTx(t.Context(), func(ctx context.Context) error { return p.store("job").Append(ctx, letters(3)...) }))
	sent, err := p.drain("b").DrainDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, sent)
	require.Equal(t, []string{"0", "1", "2"}, p.broker.payloads())
}

func TestSeveralDrainsSendEachLetterOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const n = 3000
	p.died(t, letters(n))
	p.clock.advance(time.Minute)
	var done sync.WaitGroup
	for i := range 6 {
		done.Go(func() {
			_, err := p.drain(fmt.Sprint("drain-", i)).DrainDue(t.Context())
			require.NoError(t, err)
		})
	}
	done.Wait()
	seen := map[string]int{}
	for _, payload := range p.broker.payloads() {
		seen[payload]++
	}
	require.Len(t, seen, n)
	require.Len(t, p.broker.payloads(), n, "no letter is sent twice")
	require.Zero(t, p.counts(t))
}

func TestABrokerThatIsDownParksNothingHoweverLong(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(3))
	p.broker.set(func(b *broker) { b.down = true })
	for range 50 {
		p.clock.advance(10 * time.Minute)
		_, err := p.drain("b").DrainDue(t.Context())
		require.ErrorIs(t, err, kafka.ErrUnavailable)
	}
	require.EqualValues(t, 3, p.counts(t).Waiting)
	p.broker.set(func(b *broker) { b.down = false })
	_, err := p.drain("b").DrainDue(t.Context())
	require.NoError(t, err, "what waited is due at once")
	require.Zero(t, p.counts(t))
}

func TestAPartitionThatTakesNothingDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.broker.set(func(b *broker) { b.stuck["stuck"] = true })
	p.died(t, lettersOf("stuck", 600)) // more than a claim
	p.died(t, lettersOf("fine", 5))
	p.clock.advance(time.Minute)
	_, err := p.drain("b").DrainDue(t.Context())
	require.NoError(t, err)
	require.Len(t, p.broker.payloads(), 5)
	for range 30 {
		p.clock.advance(10 * time.Minute)
		_, err := p.drain("b").DrainDue(t.Context())
		require.NoError(t, err)
	}
	require.Zero(t, p.counts(t).Parked)
	p.broker.set(func(b *broker) { b.stuck["stuck"] = false })
	p.clock.advance(15 * time.Second)
	_, err = p.drain("b").DrainDue(t.Context())
	require.NoError(t, err)
	require.Len(t, p.broker.payloads(), 605)
}

func TestALetterThatIsRefusedForItselfIsParkedAfterTenTries(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.broker.set(func(b *broker) { b.refuse["k0"] = true })
	p.died(t, letters(2))
	p.clock.advance(16 * time.Second)
	var waits []time.Duration
	for try := 1; try <= 10; try++ {
		_, err := p.drain("b").DrainDue(t.Context())
		require.NoError(t, err)
		stored, err := p.store("b").List(t.Context(), deadletter.Choice{}, 10)
		require.NoError(t, err)
		require.Len(t, stored, 1)
		require.Equal(t, try, stored[0].Attempts)
		require.Contains(t, stored[0].LastError, "too large")
		waits = append(waits, stored[0].NextAttemptAt.Sub(p.clock.now()))
		p.clock.advance(waits[try-1])
	}
	s := time.Second
	require.Equal(t, []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 300 * s}, waits)
	require.EqualValues(t, 1, p.counts(t).Parked)
	sent, err := p.drain("b").DrainAll(t.Context())
	require.NoError(t, err, "parked letters alone are a success")
	require.Zero(t, sent)
}

func TestAParkedLetterCanBeRetriedOrDiscarded(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.broker.set(func(b *broker) { b.refuse["k0"], b.refuse["k1"] = true, true })
	p.died(t, letters(2))
	for range 10 {
		p.clock.advance(10 * time.Minute)
		_, err := p.drain("b").DrainDue(t.Context())
		require.NoError(t, err)
	}
	parked, err := p.store("b").List(t.Context(), deadletter.Choice{State: deadletter.Parked}, 10)
	require.NoError(t, err)
	require.Len(t, parked, 2)
	require.NotNil(t, parked[0].ParkedAt)

	p.broker.set(func(b *broker) { b.refuse["k0"] = false })
	require.NoError(t, p.store("b").Retry(t.Context(), parked[0].ID))
	_, err = p.drain("b").DrainDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"0"}, p.broker.payloads())

	require.Error(t, p.store("b").Discard(t.Context(), parked[1].ID, "", "no name"))
	require.NoError(t, p.store("b").Discard(t.Context(), parked[1].ID, "on-call", "larger than the broker takes"))
	require.Zero(t, p.counts(t))
	var who string
	require.NoError(t, p.pool.DB(t.Context()).Raw("SELECT discarded_by FROM content_discarded_dead_letters WHERE id = ?", parked[1].ID).Scan(&who).Error)
	require.Equal(t, "on-call", who)
	require.ErrorIs(t, p.store("b").Retry(t.Context(), parked[1].ID), deadletter.ErrAbsent)
	require.ErrorIs(t, p.store("b").Discard(t.Context(), parked[1].ID, "x", "y"), deadletter.ErrAbsent)
}

func TestADrainThatDiesWithALeaseIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(3))
	p.clock.advance(16 * time.Second)
	dying := deadletter.NewDrain(p.store("dying"), dyingBroker{p.broker}, deadletter.Silent{})
	go func() { _, _ = dying.DrainDue(t.Context()) }() // ends in Produce
	require.Eventually(t, func() bool { return p.counts(t).Leased == 3 }, 5*time.Second, 5*time.Millisecond)
	sent, err := p.drain("next").DrainDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, sent)
	p.clock.advance(31 * time.Second)
	sent, err = p.drain("next").DrainDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, sent)
}

func TestLettersReachARealBrokerAfterItWasAway(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server, space := testenv.OwnKafka(t)
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: space.Bootstrap, RequestTimeout: time.Second, Attempts: 1})
	require.NoError(t, err)
	t.Cleanup(producer.Close)
	store := deadletter.NewStore(p.pool, "content", "real", time.Now)
	publisher := deadletter.NewPublisher(store, producer, deadletter.Silent{}, deadletter.PublisherConfig{})
	require.NoError(t, server.Kill())
	start := time.Now()
	p.commit(t, publisher, lettersOf(space.Topic("20261120"), 200))
	require.Less(t, time.Since(start), 5*time.Second, "a writer does not wait for Kafka")
	run(t, publisher)()
	require.EqualValues(t, 200, p.counts(t).Waiting+p.counts(t).Leased)

	require.NoError(t, server.Start(t.Context()))
	drain := deadletter.NewDrain(store, producer, deadletter.Silent{})
	limit, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sent, err := drain.DrainAll(limit)
	require.NoError(t, err)
	require.Equal(t, 200, sent)
}

// freezing is a broker that takes nothing, and whose store stops answering meanwhile.
type freezing struct {
	*broker
	freeze func()
}

func (f freezing) Produce(_ context.Context, records []kafka.Record) []error {
	f.freeze()
	results := make([]error, len(records))
	for i := range results {
		results[i] = kafka.ErrUnavailable
	}
	return results
}

func TestADrainWhoseStoreStopsAnsweringEnds(t *testing.T) {
	t.Parallel()
	server, schema := testenv.OwnMySQL(t)
	p := postAt(t, schema.DSN)
	p.died(t, letters(20))
	p.clock.advance(time.Minute)
	drain := deadletter.NewDrain(p.store("b"), freezing{p.broker, func() { _ = server.Pause() }}, deadletter.Silent{})
	ended := make(chan error, 1)
	go func() {
		_, err := drain.DrainDue(t.Context())
		ended <- err
	}()
	select {
	case err := <-ended:
		require.Error(t, err)
	case <-time.After(time.Minute): // each statement alone would wait for 15 s
		require.Fail(t, "it waits for each letter")
	}
	require.NoError(t, server.Resume())
}
