package deadletter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
)

func TestACommittedLetterIsSentAndItsRowDeleted(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	publisher := p.publisher("a", deadletter.PublisherConfig{})
	stop := run(t, publisher)
	p.commit(t, publisher, letters(7))
	require.Eventually(t, func() bool { return len(p.broker.payloads()) == 7 && p.counts(t) == deadletter.Counts{} }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6"}, p.broker.payloads())
	stop()
}

func TestALetterOfARolledBackTransactionIsNeverSent(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	publisher := p.publisher("a", deadletter.PublisherConfig{})
	undo := errors.New("undo")
	err := p.pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, publisher.Append(ctx, letters(3)...))
		return undo
	})
	require.ErrorIs(t, err, undo)
	run(t, publisher)() // sends what is queued
	require.Empty(t, p.broker.payloads())
	require.Zero(t, p.counts(t))
}

func TestAppendNeedsATransaction(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	require.ErrorContains(t, p.publisher("a", deadletter.PublisherConfig{}).Append(t.Context(), letters(1)...), "transaction")
	require.Zero(t, p.counts(t))
}

func TestAFullQueueLeavesLettersToTheDrain(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	publisher := p.publisher("a", deadletter.PublisherConfig{Queue: 2})
	p.commit(t, publisher, letters(5)) // nobody runs: two are queued, the request does not wait
	run(t, publisher)()
	require.Equal(t, []string{"0", "1"}, p.broker.payloads())
	p.clock.advance(16 * time.Second)
	sent, err := p.drain("b").DrainAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, sent)
	require.Equal(t, []string{"0", "1", "2", "3", "4"}, p.broker.payloads())
}

func TestWhatKafkaDoesNotTakeIsReleasedToTheDrain(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.broker.set(func(b *broker) { b.down = true })
	publisher := p.publisher("a", deadletter.PublisherConfig{})
	p.commit(t, publisher, letters(4))
	run(t, publisher)()
	require.EqualValues(t, 4, p.counts(t).Waiting, "no lease is left to wait for")
	p.broker.set(func(b *broker) { b.down = false })
	_, err := p.drain("b").DrainAll(t.Context())
	require.NoError(t, err)
	require.Len(t, p.broker.payloads(), 4)
}

func TestALetterWhoseLeaseIsTooShortIsNotSentByItsOwnProcess(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	publisher := p.publisher("a", deadletter.PublisherConfig{})
	p.commit(t, publisher, letters(1))
	p.clock.advance(10 * time.Second) // 5 s of the lease are left, sending may take 8
	run(t, publisher)()
	require.Empty(t, p.broker.payloads())
}
