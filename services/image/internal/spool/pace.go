package spool

import (
	"errors"
	"io"
	"os"
	"time"
)

// Pace is how slow a client may be.
type Pace struct {
	// Rate, in bytes a second, on average since the first.
	Rate int64
	// Grace is on top of that: the time of a connection to get going.
	Grace time.Duration
	// Silence is the longest time without a byte.
	Silence time.Duration
}

// Deadliner is a connection; http.ResponseController is one.
type Deadliner interface {
	// SetReadDeadline ends reads at a time; the zero time ends none.
	SetReadDeadline(deadline time.Time) error
}

// PacedReader gives each read a time limit by what has arrived so far, in
// place of one for the whole: a small phone on a bad line may take minutes, and
// nobody holds a place by a byte a second.
type PacedReader struct {
	from    io.Reader
	conn    Deadliner
	pace    Pace
	now     func() time.Time
	begun   time.Time
	arrived int64
	late    bool
}

// NewPacedReader reads from, which comes by conn.
func NewPacedReader(from io.Reader, conn Deadliner, pace Pace, now func() time.Time) *PacedReader {
	return &PacedReader{from: from, conn: conn, pace: pace, now: now, begun: now()}
}

// readAtOnce is what one time limit is for.
const readAtOnce = 32 << 10

// Read implements io.Reader. Fails with os.ErrDeadlineExceeded.
func (r *PacedReader) Read(p []byte) (int, error) {
	p = p[:min(len(p), readAtOnce)]
	// Connections without time limits are those of tests without a network.
	_ = r.conn.SetReadDeadline(r.limit(len(p)))
	n, err := r.from.Read(p)
	r.arrived += int64(n)
	r.late = r.late || errors.Is(err, os.ErrDeadlineExceeded)
	return n, err //nolint:wrapcheck // io.Reader's callers compare it
}

// Late says that a read ended at its time limit. Who parses what was read may
// take the end for a fault of the text instead.
func (r *PacedReader) Late() bool { return r.late }

func (r *PacedReader) limit(asked int) time.Time {
	due := time.Duration((r.arrived + int64(asked)) * int64(time.Second) / r.pace.Rate)
	average, silence := r.begun.Add(r.pace.Grace+due), r.now().Add(r.pace.Silence)
	if average.Before(silence) {
		return average
	}
	return silence
}

// End takes the time limit away: what is left to do is not the client's.
func (r *PacedReader) End() { _ = r.conn.SetReadDeadline(time.Time{}) }
