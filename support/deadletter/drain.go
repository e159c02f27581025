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
	// noteLimit bounds the notes about the letters of one claim that were not sent.
	noteLimit = 5 * time.Second
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
// and for the leases of others as long as ctx lasts. Letters that are appended after
// it began are the next run's. It fails with ErrLeft where some are left at the end.
func (d *Drain) DrainAll(ctx context.Context) (sent int, err error) {
	began := d.store.now().UTC()
	for {
		n, err := d.DrainDue(ctx)
		sent += n
		counts, countErr := d.store.Count(context.WithoutCancel(ctx))
		if countErr != nil {
			return sent, countErr
		}
		slog.InfoContext(ctx, "drained", "sent", sent, "waiting", counts.Waiting, "leased", counts.Leased, "parked", counts.Parked)
		left, leftErr := d.store.anySince(context.WithoutCancel(ctx), began)
		if !left || leftErr != nil {
			return sent, leftErr
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
	if err := d.store.removeSoon(ctx, nil); err != nil {
		return 0, err // claiming now would send again what Kafka has
	}
	for idle := 0; idle < idleClaims; {
		if err := d.broker.Ping(ctx); err != nil {
			return sent, d.onlyIfDue(ctx, err)
		}
		claimed, more, err := d.store.claim(ctx, claimSize, claimLease)
		if err != nil || len(claimed) == 0 && !more {
			return sent, err
		}
		if len(claimed) == 0 {
			idle++
			continue
		}
		idle = 0
		n, err := d.send(ctx, claimed)
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// idleClaims bounds how often in a row a claim may find only letters that older ones
// hold back.
const idleClaims = 50

// onlyIfDue hides that the broker is down while there is nothing to send.
func (d *Drain) onlyIfDue(ctx context.Context, down error) error {
	due, err := d.store.anyDue(ctx)
	if err == nil && !due {
		return nil
	}
	return errors.Join(down, err)
}

func (d *Drain) send(ctx context.Context, claimed []row) (sent int, err error) {
	letters, err := d.readable(ctx, claimed)
	if err != nil {
		return 0, err
	}
	records := make([]kafka.Record, len(letters))
	for i, letter := range letters {
		records[i] = letter.record()
	}
	limited, cancel := context.WithTimeout(ctx, claimSend)
	results := d.broker.Produce(limited, records)
	cancel()
	var acked []string
	for i, letter := range letters {
		if results[i] == nil {
			acked = append(acked, letter.EventID)
		}
	}
	d.observer.Drained(len(acked))
	err = d.store.removeSoon(ctx, acked)
	return len(acked), errors.Join(err, d.failAll(ctx, letters, results))
}

// failAll notes the failures among results. It ends soon whatever the store does: a
// letter whose failure is not noted is sent again when its lease has passed.
func (d *Drain) failAll(ctx context.Context, letters []Stored, results []error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteLimit) // the leases would be waited for otherwise
	defer cancel()
	for i, letter := range letters {
		if results[i] == nil {
			continue
		}
		if err := d.fail(ctx, letter, results[i]); err != nil {
			return err
		}
	}
	return nil
}

// readable are the letters to send: not those that Kafka has already, and not those
// that nobody can read, which count as refused.
func (d *Drain) readable(ctx context.Context, claimed []row) (letters []Stored, err error) {
	for _, r := range claimed {
		letter, broken := toStored(r)
		switch {
		case d.store.acked.has(r.EventID):
		case broken != nil:
			err = errors.Join(err, d.fail(ctx, letter, fmt.Errorf("%w: %w", kafka.ErrRefused, broken)))
		default:
			letters = append(letters, letter)
		}
	}
	return letters, err
}

// fail notes a failure: a refusal counts towards parking, unavailability never does.
func (d *Drain) fail(ctx context.Context, letter Stored, cause error) error {
	letter.Attempts++
	wait := min(backoff(letter.Attempts), unavailableBackoff)
	if errors.Is(cause, kafka.ErrRefused) {
		letter.Refusals++
		wait = backoff(letter.Refusals)
	}
	park := letter.Refusals >= parkAfter
	if err := d.store.fail(ctx, letter, cause, d.store.now().UTC().Add(wait), park); err != nil || !park {
		return err
	}
	d.observer.Parked(1)
	slog.ErrorContext(ctx, "event parked", "event_id", letter.EventID, "message_key", letter.MessageKey, "error", cause)
	return nil
}

// backoff is 1 s, doubling to 5 min.
func backoff(attempts int) time.Duration {
	const doublings = 9 // 2^9 s is over 5 min
	return min(firstBackoff<<min(attempts-1, doublings), longestBackoff)
}
