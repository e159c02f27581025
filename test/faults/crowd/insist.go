package crowd

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// outcome is what became of a write.
type outcome int

const (
	unanswered outcome = iota
	acknowledged
	refused // by a rule that a correct fleet may apply here
)

const (
	pauseLeast = 20 * time.Millisecond
	pauseMost  = 500 * time.Millisecond
)

// insist repeats a write under its key, each time at the next replica, until it gets an
// answer that is the fleet's last word, and writes it down. call fills in the ids that
// the answer brings.
func (m *member) insist(ctx context.Context, e *ledger.Entry, call func(ctx context.Context, replica int) error) (outcome, error) {
	m.keys++
	m.replica++
	e.Key, e.Member = m.key(m.keys), m.id
	began, pause := time.Now(), pauseLeast
	for {
		e.Tries++
		try, cancel := context.WithTimeout(context.WithoutCancel(ctx), tryWithin)
		err := call(try, m.replica)
		cancel()
		code, final := verdict(err)
		e.At, e.Took = time.Now(), time.Since(began)
		switch {
		case err == nil:
			return acknowledged, m.crowd.config.Ledger.Acknowledge(*e)
		case final && isRace(code):
			return refused, nil
		case final:
			m.crowd.config.Ledger.Refuse(*e, err.Error())
			return refused, nil
		case time.Since(began) > m.crowd.config.Patience:
			m.crowd.config.Ledger.Unanswered(*e)
			return unanswered, nil
		}
		m.replica++
		wait(context.WithoutCancel(ctx), pause)
		pause = min(2*pause, pauseMost)
	}
}

// verdict tells a last word from a fault of the way.
func verdict(err error) (code string, final bool) {
	failure, ok := errors.AsType[*rest.Failure](err)
	if !ok {
		return "", false
	}
	switch {
	case failure.StatusCode >= http.StatusInternalServerError, failure.StatusCode == http.StatusTooManyRequests,
		failure.Code == "REQUEST_IN_PROGRESS":
		return failure.Code, false
	}
	return failure.Code, true
}

// isRace: somebody else deleted the thing meanwhile.
func isRace(code string) bool { return strings.HasSuffix(code, "_NOT_FOUND") }

// patiently repeats what is refused for now, as long as ctx lasts.
func patiently(ctx context.Context, call func() error) error {
	for {
		err := call()
		if _, final := verdict(err); err == nil || final || done(ctx) {
			return err
		}
		wait(ctx, pauseMost)
	}
}
