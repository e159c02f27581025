package deadletter_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

func TestALaterChangeWaitsForTheEarlierOneOfAProcessThatDied(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, []deadletter.Letter{change("post:1", 1)})
	living := p.publisher("living", deadletter.PublisherConfig{})
	stop := run(t, living)
	p.commit(t, living, []deadletter.Letter{change("post:1", 2), change("post:2", 1)})
	require.Eventually(t, func() bool { return len(p.broker.payloads()) == 1 }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"post:2 1"}, p.broker.payloads(), "another thing does not wait")
	stop()
	_, err := p.drain("living").DrainDue(t.Context())
	require.NoError(t, err)
	require.Len(t, p.broker.payloads(), 1)

	p.clock.advance(16 * time.Second) // the lease of the dead has passed
	_, err = p.drain("any").DrainAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"post:2 1", "post:1 1", "post:1 2"}, p.broker.payloads())
}

func TestALaterChangeGoesAsSoonAsTheEarlierOneIsThere(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	slow, quick := p.publisher("slow", deadletter.PublisherConfig{}), p.publisher("quick", deadletter.PublisherConfig{})
	p.commit(t, slow, []deadletter.Letter{change("post:1", 1)})
	stopQuick := run(t, quick)
	p.commit(t, quick, []deadletter.Letter{change("post:1", 2)})
	stopSlow := run(t, slow)
	require.Eventually(t, func() bool { return len(p.broker.payloads()) == 2 }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"post:1 1", "post:1 2"}, p.broker.payloads())
	stopQuick()
	stopSlow()
	require.Zero(t, p.counts(t))
}

func TestAFirstLetterIsSentWithoutALookForOlderOnes(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, []deadletter.Letter{change("post:1", 1)}) // a look would find it
	living := p.publisher("living", deadletter.PublisherConfig{})
	defer run(t, living)()
	first := change("post:1", 2)
	first.IsFirst = true
	p.commit(t, living, []deadletter.Letter{first})
	require.Eventually(t, func() bool { return len(p.broker.payloads()) == 1 }, 5*time.Second, 5*time.Millisecond)
}

func TestWhatFollowsAFirstLetterComesAfterIt(t *testing.T) {
	t.Parallel()
	for name, publishers := range map[string][2]string{"of the same process": {"a", "a"}, "of another": {"a", "b"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			first, second := change("post:1", 1), change("post:1", 2)
			first.IsFirst = true
			maker := p.publisher(publishers[0], deadletter.PublisherConfig{})
			changer := maker
			if publishers[0] != publishers[1] {
				changer = p.publisher(publishers[1], deadletter.PublisherConfig{})
			}
			p.commit(t, maker, []deadletter.Letter{first})
			p.commit(t, changer, []deadletter.Letter{second})
			if changer != maker {
				defer run(t, changer)() // it is the quicker one
			}
			defer run(t, maker)()
			require.Eventually(t, func() bool { return len(p.broker.payloads()) == 2 }, 5*time.Second, 5*time.Millisecond)
			require.Equal(t, []string{"post:1 1", "post:1 2"}, p.broker.payloads())
		})
	}
}

func TestADrainDoesNotOvertakeAnother(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, []deadletter.Letter{change("post:1", 1)})
	p.clock.advance(16 * time.Second)
	dying := deadletter.NewDrain(p.store("dying"), dyingBroker{p.broker}, deadletter.Silent{})
	done := make(chan struct{})
	go func() { defer close(done); _, _ = dying.DrainDue(t.Context()) }() // claims it, and ends in Produce
	<-done
	p.died(t, []deadletter.Letter{change("post:1", 2), change("post:2", 1)})
	p.clock.advance(16 * time.Second) // 14 s of the dead drain's lease are left
	_, err := p.drain("next").DrainDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"post:2 1"}, p.broker.payloads())
	p.clock.advance(15 * time.Second)
	_, err = p.drain("next").DrainDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"post:2 1", "post:1 1", "post:1 2"}, p.broker.payloads())
}

func TestALetterThatIsRefusedHoldsNothingBack(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.broker.set(func(b *broker) { b.refuse["post:1#1"] = true })
	p.died(t, []deadletter.Letter{change("post:1", 1)})
	p.clock.advance(16 * time.Second)
	_, err := p.drain("a").DrainDue(t.Context())
	require.NoError(t, err)
	publisher := p.publisher("a", deadletter.PublisherConfig{})
	p.commit(t, publisher, []deadletter.Letter{change("post:1", 2)})
	run(t, publisher)()
	require.Equal(t, []string{"post:1 2"}, p.broker.payloads())
}

func TestWithoutAnOrderKeyThePartitionIDKeepsOrder(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	first, second := change("", 1), change("", 2)
	p.died(t, []deadletter.Letter{first})
	publisher := p.publisher("b", deadletter.PublisherConfig{})
	p.commit(t, publisher, []deadletter.Letter{second})
	run(t, publisher)()
	require.Empty(t, p.broker.payloads())
	p.clock.advance(16 * time.Second)
	_, err := p.drain("a").DrainAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{" 1", " 2"}, p.broker.payloads())
}

// flaky is a broker that fails at random, and forgets to answer at random.
type flaky struct {
	*broker
	mu     sync.Mutex
	random *rand.Rand
}

func (f *flaky) Produce(ctx context.Context, records []kafka.Record) []error {
	f.mu.Lock()
	fate := f.random.IntN(10)
	f.mu.Unlock()
	results := make([]error, len(records))
	if fate > 1 {
		results = f.broker.Produce(ctx, records)
	}
	if fate < 3 { // 0, 1: not written; 2: written, and not answered
		for i := range results {
			results[i] = kafka.ErrUnavailable
		}
	}
	return results
}

// Several processes change the same things under their row's lock, and send and
// drain with a broker that fails: whatever happens, nobody sees a change before an
// earlier one of its thing.
func TestChangesOfOneThingKeepTheirOrderWhateverFails(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	require.NoError(t, p.pool.DB(t.Context()).Exec("CREATE TABLE things (id INT PRIMARY KEY, version INT NOT NULL)").Error)
	const things, writers, changes = 4, 6, 40
	for thing := range things {
		require.NoError(t, p.pool.DB(t.Context()).Exec("INSERT INTO things VALUES (?, 0)", thing).Error)
	}
	kafkaLike := &flaky{broker: p.broker, random: rand.New(rand.NewPCG(1, 2))}
	ctx, cancel := context.WithCancel(t.Context())
	var services, writing sync.WaitGroup
	for process := range 3 {
		store := deadletter.NewStore(p.pool, "content", fmt.Sprint("process-", process), time.Now)
		publisher := deadletter.NewPublisher(store, kafkaLike, deadletter.Silent{}, deadletter.PublisherConfig{
			Queue: 20, Lease: 400 * time.Millisecond, SendLimit: 200 * time.Millisecond,
		})
		drain := deadletter.NewDrain(store, kafkaLike, deadletter.Silent{})
		services.Go(func() { _ = publisher.Run(ctx) })
		services.Go(func() { _ = drain.Run(ctx, 30*time.Millisecond) })
		for range writers / 3 {
			writing.Go(func() {
				for n := range changes {
					if err := p.bump(ctx, publisher, n%things); err != nil {
						t.Errorf("change: %v", err)
					}
				}
			})
		}
	}
	writing.Wait()
	require.Eventually(t, func() bool { return p.counts(t) == deadletter.Counts{} }, 60*time.Second, 20*time.Millisecond)
	cancel()
	services.Wait()

	newest := make(map[string]int)
	for _, r := range p.broker.all() {
		var version int
		_, err := fmt.Sscan(string(r.Value), &version)
		require.NoError(t, err)
		require.LessOrEqual(t, version, newest[string(r.Key)]+1, "%s: a change before an earlier one", r.Key)
		newest[string(r.Key)] = max(newest[string(r.Key)], version)
	}
	for thing, version := range newest {
		require.Equal(t, writers*changes/things, version, thing)
	}
	require.Len(t, newest, things)
}

// bump changes a thing: lock, next version, letter, commit.
func (p post) bump(ctx context.Context, publisher *deadletter.Publisher, thing int) error {
	return p.pool.InTx(ctx, func(ctx context.Context) error {
		if err := p.pool.DB(ctx).Exec("UPDATE things SET version = version + 1 WHERE id = ?", thing).Error; err != nil {
			return err
		}
		var version int
		if err := p.pool.DB(ctx).Raw("SELECT version FROM things WHERE id = ?", thing).Scan(&version).Error; err != nil {
			return err
		}
		letter := change(fmt.Sprint("thing:", thing), version)
		letter.MessageKey, letter.Payload = letter.OrderKey, []byte(fmt.Sprint(version))
		return publisher.Append(ctx, letter)
	})
}
