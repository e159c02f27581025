package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
)

// publisherDrawer is a writer's table of events that Kafka does not have.
type publisherDrawer struct {
	owner  string
	stores *Stores
	now    func() time.Time
}

func (d publisherDrawer) name() string { return d.owner }

func (d publisherDrawer) list(ctx context.Context, wanted LetterFilter) ([]Letter, error) {
	store, err := d.stores.letters(d.owner)
	if err != nil {
		return nil, err
	}
	choice := deadletter.Choice{State: storedStates[wanted.State]}
	if wanted.Type != "" {
		choice.KeyPrefix = keyOfType(wanted.Type)
	}
	letters := []Letter{}
	if wanted.State != StateDiscarded {
		stored, err := store.List(ctx, choice, wanted.Limit)
		if err != nil {
			return nil, err
		}
		for _, l := range stored {
			letters = append(letters, d.fromStored(l))
		}
	}
	if wanted.State == "" || wanted.State == StateDiscarded {
		discarded, err := store.ListDiscarded(ctx, choice.KeyPrefix, wanted.Limit)
		if err != nil {
			return nil, err
		}
		for _, l := range discarded {
			letters = append(letters, d.fromDiscarded(l))
		}
	}
	return letters, nil
}

// storedStates are those of letters that are in the table.
var storedStates = map[string]deadletter.State{
	StateLeased: deadletter.Leased, StateWaiting: deadletter.Waiting, StateParked: deadletter.Parked,
}

func (d publisherDrawer) fromStored(l deadletter.Stored) Letter {
	letter := d.from(l.Letter, l.ID)
	letter.State = stateOf(l.ParkedAt != nil, l.LeaseUntil, d.now())
	letter.Attempts, letter.Error, letter.CreatedAt, letter.ParkedAt = l.Attempts, l.LastError, l.CreatedAt, l.ParkedAt
	if l.ParkedAt == nil {
		letter.NextAttemptAt = &l.NextAttemptAt
	}
	return letter
}

func (d publisherDrawer) fromDiscarded(l deadletter.Discarded) Letter {
	letter := d.from(l.Letter, l.ID)
	letter.State, letter.Error, letter.CreatedAt = StateDiscarded, l.LastError, l.CreatedAt
	letter.DiscardedAt, letter.DiscardedBy, letter.Reason = &l.DiscardedAt, l.DiscardedBy, l.Reason
	return letter
}

func (d publisherDrawer) from(l deadletter.Letter, id int64) Letter {
	letter := Letter{
		ID: fmt.Sprintf("%s:%d", d.owner, id), Kind: KindPublisher, EventID: l.EventID, Key: l.MessageKey, Topic: l.Topic,
		Headers: map[string]string{}, Payload: l.Payload,
	}
	for _, h := range l.Headers {
		letter.Headers[h.Key] = string(h.Value)
	}
	letter.complete()
	return letter
}

func (d publisherDrawer) find(ctx context.Context, number string) (Letter, error) {
	store, id, err := d.at(number)
	if err != nil {
		return Letter{}, err
	}
	stored, err := store.Show(ctx, id)
	if err == nil {
		return d.fromStored(stored), nil
	}
	if !errors.Is(err, deadletter.ErrAbsent) {
		return Letter{}, err
	}
	discarded, err := store.ShowDiscarded(ctx, id)
	if err != nil {
		return Letter{}, known(err)
	}
	return d.fromDiscarded(discarded), nil
}

// everything is a limit for what people made by hand.
const everything = 100_000

func (d publisherDrawer) retry(ctx context.Context, number string) error {
	store, id, err := d.at(number)
	if err != nil {
		return err
	}
	return known(store.Retry(ctx, id))
}

func (d publisherDrawer) discard(ctx context.Context, number, who, why string) error {
	store, id, err := d.at(number)
	if err != nil {
		return err
	}
	return known(store.Discard(ctx, id, who, why))
}

func (d publisherDrawer) at(number string) (*deadletter.Store, int64, error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 {
		return nil, 0, fmt.Errorf("%w, not %q", errLetterID, d.owner+":"+number)
	}
	store, err := d.stores.letters(d.owner)
	return store, id, err
}

func known(err error) error {
	if errors.Is(err, deadletter.ErrAbsent) {
		return ErrNoLetter
	}
	return err
}
