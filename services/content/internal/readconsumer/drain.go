package readconsumer

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

const (
	// parkAfter is how often a letter is tried (spec 10).
	parkAfter      = 10
	firstBackoff   = time.Second
	longestBackoff = 5 * time.Minute
	doublings      = 9 // 2^9 s is over 5 min
	// lease is longer than any attempt takes.
	lease = time.Minute
)

// Drain tries letters again: a newer release may be able to apply them. Several
// at once share the work.
type Drain struct {
	Reads   content.ReadStore
	Letters LetterStore
	Now     func() time.Time
}

// Drained is what became of letters.
type Drained struct{ Applied, Failed, Parked int }

// DrainDue tries every letter that is due now, once. A fault is the store's;
// what it had claimed is due again after a minute.
func (d *Drain) DrainDue(ctx context.Context) (sum Drained, err error) {
	for {
		now := d.Now().UTC()
		letter, err := d.Letters.Claim(ctx, now, now.Add(lease))
		if errors.Is(err, ErrNoneDue) {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		if err := d.try(ctx, letter, &sum); err != nil {
			return sum, err
		}
	}
}

func (d *Drain) try(ctx context.Context, letter Letter, sum *Drained) error {
	read, isRead, err := toRead(letter.Message)
	if err != nil {
		return d.giveBack(ctx, letter, err, sum)
	}
	if isRead {
		if err := d.Reads.CountReads(ctx, []content.PostRead{read}, d.Now().UTC()); err != nil {
			return err
		}
	}
	sum.Applied++
	return d.Letters.Remove(ctx, letter.ID)
}

func (d *Drain) giveBack(ctx context.Context, letter Letter, cause error, sum *Drained) error {
	letter.Attempts++
	letter.Error = cause.Error()
	park := letter.Attempts >= parkAfter
	if park {
		sum.Parked++
		m := letter.Message
		slog.ErrorContext(ctx, "letter parked", "topic", m.Topic, "partition", m.Partition, "offset", m.Offset, "error", cause)
	} else {
		sum.Failed++
	}
	return d.Letters.Return(ctx, letter, d.Now().UTC().Add(backoff(letter.Attempts)), park)
}

// backoff is the wait after so many attempts: 1 s, doubling to 5 min (spec 10).
func backoff(attempts int) time.Duration {
	return min(firstBackoff<<min(max(attempts, 1)-1, doublings), longestBackoff)
}
