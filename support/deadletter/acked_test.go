package deadletter_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

func TestADeleteThatFailsIsTriedAgainAndNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	impatient, err := mysql.Open(mysql.Config{DSN: p.dsn, LockWait: time.Second})
	require.NoError(t, err)
	t.Cleanup(impatient.Close)
	store := deadletter.NewStore(impatient, "content", "a", p.clock.now)
	publisher := deadletter.NewPublisher(store, p.broker, deadletter.Silent{}, deadletter.PublisherConfig{})
	drain := deadletter.NewDrain(store, p.broker, deadletter.Silent{})
	q := p
	q.pool = impatient
	q.commit(t, publisher, letters(3))

	// another transaction has the rows: they can be read, sent and acknowledged, not deleted
	lock := p.pool.DB(t.Context()).Begin()
	var locked []int
	require.NoError(t, lock.Raw("SELECT id FROM content_publisher_dead_letters FOR UPDATE").Scan(&locked).Error)
	require.Len(t, locked, 3)
	stop := run(t, publisher)
	require.Eventually(t, func() bool { return len(p.broker.payloads()) == 3 }, 10*time.Second, 5*time.Millisecond)
	p.clock.advance(time.Minute) // the lease is over: for a drain they look like dead letters
	_, err = drain.DrainDue(t.Context())
	require.Error(t, err, "it does not claim what it may have to delete")

	require.NoError(t, lock.Commit().Error)
	require.Eventually(t, func() bool { return p.counts(t) == deadletter.Counts{} }, 10*time.Second, 10*time.Millisecond)
	_, err = drain.DrainAll(t.Context())
	require.NoError(t, err)
	stop()
	require.Len(t, p.broker.payloads(), 3, "none was sent again")
}
