package deadletter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// busy commits another letter with every batch that it takes, as live traffic does.
type busy struct {
	*broker
	more func()
}

func (b busy) Produce(ctx context.Context, records []kafka.Record) []error {
	b.more()
	return b.broker.Produce(ctx, records)
}

func TestDrainAllIsDoneWhenWhatWasThereIsSent(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(3))
	p.clock.advance(16 * time.Second)
	live := p.publisher("live", deadletter.PublisherConfig{})
	drain := deadletter.NewDrain(p.store("cron"), busy{p.broker, func() {
		p.clock.advance(time.Second)
		p.commit(t, live, []deadletter.Letter{change("post:1", 1)})
	}}, deadletter.Silent{})
	sent, err := drain.DrainAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, sent)
	require.EqualValues(t, 1, p.counts(t).Leased, "the new letter is its own process's")
}

func TestDrainAllSaysThatLettersAreLeft(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(3))
	p.clock.advance(16 * time.Second)
	p.broker.set(func(b *broker) { b.down = true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.drain("cron").DrainAll(ctx)
	require.ErrorIs(t, err, deadletter.ErrLeft)
	require.ErrorIs(t, err, kafka.ErrUnavailable)
}

func TestARowThatNobodyCanReadIsParkedAndHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(3))
	require.NoError(t, p.pool.DB(t.Context()).Exec("UPDATE content_publisher_dead_letters SET headers = 'no json' WHERE message_key = 'k1'").Error)
	for range 10 {
		p.clock.advance(10 * time.Minute)
		_, err := p.drain("a").DrainDue(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, []string{"0", "2"}, p.broker.payloads())
	require.EqualValues(t, 1, p.counts(t).Parked)

	stored, err := p.store("a").List(t.Context(), deadletter.Choice{State: deadletter.Parked}, 10)
	require.NoError(t, err, "a person can look at it")
	require.Equal(t, []kafka.Header{{Key: "unreadable", Value: []byte("no json")}}, stored[0].Headers)
	removed, err := p.store("a").Expire(t.Context(), p.clock.now().Add(time.Hour), deadletter.LogArchive{})
	require.NoError(t, err)
	require.Equal(t, 1, removed)
}

func TestUnavailabilityDoesNotCountTowardsParking(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.broker.set(func(b *broker) { b.stuck["member-activity-20261120"] = true })
	p.died(t, letters(1))
	for range 12 {
		p.clock.advance(10 * time.Minute)
		_, err := p.drain("a").DrainDue(t.Context())
		require.NoError(t, err)
	}
	p.broker.set(func(b *broker) { b.stuck, b.refuse["k0"] = nil, true })
	p.clock.advance(10 * time.Minute)
	_, err := p.drain("a").DrainDue(t.Context())
	require.NoError(t, err)
	stored, err := p.store("a").List(t.Context(), deadletter.Choice{}, 1)
	require.NoError(t, err)
	require.Equal(t, 13, stored[0].Attempts)
	require.Equal(t, 1, stored[0].Refusals)
	require.Nil(t, stored[0].ParkedAt)
}
