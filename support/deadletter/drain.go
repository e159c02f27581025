package deadletter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Broker is a Producer that can say whether it is reachable at all.
type Broker interface {
	Producer
	Ping(ctx context.Context) error
}

// ErrLeft is what DrainAll fails with where letters that are not parked are left.
var ErrLeft = errors.New("deadletter: letters are left")

const (
	claimSize  = 500
	claimLease = 30 * time.Second
	claimSend  = 20 * time.Second
	// parkAfter is how many tries a letter gets that the broker refuses for itself (spec 10).
	parkAfter    = 10
	firstBackoff = time.Second
	// longestBackoff is that of spec 10. Where the broker answers but a partition
	// does not take records, waiting that long would delay its recovery.
	longestBackoff     = 5 * time.Minute
	unavailableBackoff = 15 * time.Second
	pollInterval       = time.Second
)

// Drain sends letters whose own process did not. Several drains at once, in one
// process or many, share the work.
type Drain struct {
	store    *Store
	broker   Broker
	observer Observer
}

// NewDrain joins a store to a broker.
func NewDrain(store *Store, broker Broker, observer Observer) *Drain {
	return &Drain{store: store, broker: broker, observer: observer}
}

// Run drains what is due every interval until ctx ends.
func (d *Drain) Run(ctx context.Context, interval time.Duration) error {
	for pause(ctx, interval) == nil {
		if _, err := d.DrainDue(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "drain stopped early", "error", err)
		}
	}
	return nil
}

// DrainAll drains until no letter is left but parked ones, waiting for backoffs
// and for the leases of others as long as ctx lasts. It fails with ErrLeft
// where some are left at the end.
func (d *Drain) DrainAll(ctx context.Context) (sent int, err error) {
	for {
		n, err := d.DrainDue(ctx)
		sent += n
		counts, countErr := d.store.Count(context.WithoutCancel(ctx))
		if countErr != nil {
			return sent, countErr
		}
		slog.InfoContext(ctx, "drained", "sent", sent, "waiting", counts.Waiting, "leased", counts.Leased, "parked", counts.Parked)
		if counts.Waiting == 0 && counts.Leased == 0 {
			return sent, nil
		}
		if pause(ctx, pollInterval) != nil {
			return sent, errors.Join(fmt.Errorf("%w: %d waiting, %d leased", ErrLeft, counts.Waiting, counts.Leased), err)
		}
	}
}

// DrainDue sends every letter that is due now and returns how many Kafka took.
// With the broker down it claims nothing, so that nothing is held back when it
// is there again.
func (d *Drain) DrainDue(ctx context.Context) (sent int, err error) {
	for {
		if err := d.broker.Ping(ctx); err != nil {
			return sent, d.onlyIfDue(ctx, err)
		}
		claimed, err := d.store.claim(ctx, claimSize, claimLease)
		if err != nil {
			return sent, err
		}
		if len(claimed) == 0 {
			return sent, nil
		}
		n, err := d.send(ctx, claimed)
		sent += n
		if err != nil {
			return sent, err
		}
	}
}

// onlyIfDue hides that the broker is down while there is nothing to send.
func (d *Drain) onlyIfDue(ctx context.Context, down error) error {
	counts, err := d.store.Count(ctx)
	if err == nil && counts.Waiting == 0 {
		return nil
	}
	return errors.Join(down, err)
}

func (d *Drain) send(ctx context.Context, claimed []Stored) (sent int, err error) {
	records := make([]kafka.Record, len(claimed))
	for i, letter := range claimed {
		records[i] = letter.record()
	}
	limited, cancel := context.WithTimeout(ctx, claimSend)
	results := d.broker.Produce(limited, records)
	cancel()
	var acked []string
	for i, letter := range claimed {
		if results[i] == nil {
			acked = append(acked, letter.EventID)
			continue
		}
		err = errors.Join(err, d.fail(ctx, letter, results[i]))
	}
	removeAcked(ctx, d.store, acked)
	d.observer.Drained(len(acked))
	return len(acked), err
}

// fail notes a failure: a refusal counts towards parking, unavailability never does.
func (d *Drain) fail(ctx context.Context, letter Stored, cause error) error {
	ctx = context.WithoutCancel(ctx) // the lease would be waited for otherwise
	attempts := letter.Attempts + 1
	refused := errors.Is(cause, kafka.ErrRefused)
	wait := min(backoff(attempts), unavailableBackoff)
	if refused {
		wait = backoff(attempts)
	}
	park := refused && attempts >= parkAfter
	if park {
		d.observer.Parked(1)
		slog.ErrorContext(ctx, "event parked", "event_id", letter.EventID, "message_key", letter.MessageKey, "error", cause)
	}
	return d.store.fail(ctx, letter.ID, attempts, cause, d.store.now().UTC().Add(wait), park)
}

// backoff is 1 s, doubling to 5 min.
func backoff(attempts int) time.Duration {
	const doublings = 9 // 2^9 s is over 5 min
	return min(firstBackoff<<min(attempts-1, doublings), longestBackoff)
}
