package eventconsumer

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

const (
	// parkAfter is how often a letter is tried (spec 10).
	parkAfter = 10
	// lease is longer than any attempt takes.
	lease = time.Minute
)

// Drain tries letters again: a newer release may be able to apply them. Several
// at once share the work.
type Drain struct {
	Recorder Recorder
	Letters  activity.LetterStore
	Now      activity.Clock
}

// Drained is what became of letters.
type Drained struct{ Applied, Failed, Parked int }

// DrainDue tries every letter that is due now, once. A fault is the store's;
// what it had claimed is due again after a minute.
func (d *Drain) DrainDue(ctx context.Context) (sum Drained, err error) {
	for {
		now := d.Now()
		letter, err := d.Letters.ClaimLetter(ctx, now, now.Add(lease))
		if errors.Is(err, activity.ErrAbsent) {
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

func (d *Drain) try(ctx context.Context, letter activity.Letter, sum *Drained) error {
	event, err := activityrecord.Decode(letter.Value)
	if err != nil {
		return d.giveBack(ctx, letter, err, sum)
	}
	if err := d.Recorder.Apply(ctx, []activity.Activity{toActivity(event)}); err != nil {
		return err
	}
	sum.Applied++
	return d.Letters.RemoveLetter(ctx, letter.ID)
}

func (d *Drain) giveBack(ctx context.Context, letter activity.Letter, cause error, sum *Drained) error {
	letter.Attempts++
	letter.Error = cause.Error()
	park := letter.Attempts >= parkAfter
	if park {
		sum.Parked++
		slog.ErrorContext(ctx, "letter parked", "topic", letter.Topic, "partition", letter.Partition, "offset", letter.Offset, "error", cause)
	} else {
		sum.Failed++
	}
	return d.Letters.ReturnLetter(ctx, letter, d.Now().Add(backoff(letter.Attempts)), park)
}
