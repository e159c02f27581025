// Package activityapi gives events to activity by calls, in the place of Kafka
// (PUBLISH_TYPE=HTTP).
package activityapi

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const (
	// callMost is how many events one call carries; activity takes no more.
	callMost = 100
	// callBytes bounds one call, far below the largest body that is read.
	callBytes = 512 << 10
	// callWithin bounds one call, its repetitions included.
	callWithin = 5 * time.Second
	pingWithin = 2 * time.Second
)

// Broker implements deadletter.Broker: an event that activity has stored counts as
// acknowledged. What is not known to be stored is sent again, and changes nothing.
type Broker struct {
	client *activityrest.Client
	doer   *http.Client
	url    string
}

var _ deadletter.Broker = (*Broker)(nil)

// New calls activity at url. client is the way there, with its breaker and
// repetitions; internalToken is the fleet's credential.
func New(url string, client *http.Client, internalToken string) *Broker {
	return &Broker{client: activityrest.NewClient(url, client, rest.InternalToken(internalToken)), doer: client, url: url}
}

var (
	errNotSent  = errors.New("an event before it was not taken")
	errNotReady = errors.New("activity is not ready")
)

// Produce implements deadletter.Producer. Records are sent in their order; after a
// call that fails nothing more is sent.
func (b *Broker) Produce(ctx context.Context, records []kafka.Record) []error {
	results := make([]error, len(records))
	for from := 0; from < len(records); {
		to := portion(records, from)
		if err := b.call(ctx, records[from:to], results[from:to]); err != nil {
			for i := from; i < len(records); i++ {
				results[i] = fmt.Errorf("%w: %w", kafka.ErrUnavailable, errNotSent)
				if i < to {
					results[i] = fmt.Errorf("%w: %w", kafka.ErrUnavailable, err)
				}
			}
			break
		}
		from = to
	}
	return results
}

// portion is the end of the call that begins at from; it has one record at least.
func portion(records []kafka.Record, from int) (to int) {
	size := 0
	for to = from; to < len(records) && to-from < callMost; to++ {
		size += base64.StdEncoding.EncodedLen(len(records[to].Value))
		if size > callBytes && to > from {
			break
		}
	}
	return to
}

// call sends one portion. An error means that none is known to be stored.
func (b *Broker) call(ctx context.Context, records []kafka.Record, results []error) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	events := make([]string, len(records))
	for i, r := range records {
		events[i] = base64.StdEncoding.EncodeToString(r.Value)
	}
	answer, err := b.client.RecordEvents(ctx, activityrest.RecordEventsRequest{Events: events})
	if err != nil {
		return fmt.Errorf("give %d events to activity: %w", len(records), err)
	}
	for _, refused := range answer.Refused {
		if refused.Index >= 0 && refused.Index < len(results) {
			results[refused.Index] = fmt.Errorf("%w by activity: %s", kafka.ErrRefused, refused.Reason)
		}
	}
	return nil
}

// Ping implements deadletter.Broker: nil where activity says that it is ready.
func (b *Broker) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/healthcheck/ready", nil)
	if err != nil {
		return fmt.Errorf("ask activity: %w", err)
	}
	response, err := b.doer.Do(request)
	if err != nil {
		return fmt.Errorf("ask activity: %w: %w", kafka.ErrUnavailable, err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, callBytes)) // so that the connection is used again
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask activity: %w: %w: status %d", kafka.ErrUnavailable, errNotReady, response.StatusCode)
	}
	return nil
}
