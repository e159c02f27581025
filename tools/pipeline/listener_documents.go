package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/support/listenerletter"
)

// listenerDocuments are the records that a service cannot apply, in MongoDB.
type listenerDocuments struct {
	service string
	stores  *Stores
	now     func() time.Time
}

func (d listenerDocuments) name() string { return d.service }

func (d listenerDocuments) box() (*listenerletter.Box, error) {
	client, err := d.stores.documents()
	if err != nil {
		return nil, err
	}
	return listenerletter.NewBox(client, GroupOf(d.service), d.now), nil
}

var listenerDocumentStates = map[string]listenerletter.State{
	"": listenerletter.AnyState, StateWaiting: listenerletter.Waiting, StateParked: listenerletter.Parked, StateDiscarded: listenerletter.Discarded,
}

// list reads no further than the letters that are wanted.
func (d listenerDocuments) list(ctx context.Context, wanted LetterFilter) (letters []Letter, err error) {
	state, held := listenerDocumentStates[wanted.State]
	if !held || wanted.Limit <= 0 { // nobody holds the lease of a record
		return nil, nil
	}
	box, err := d.box()
	if err != nil {
		return nil, err
	}
	for found, err := range box.All(ctx, state) {
		if err != nil {
			return nil, err
		}
		if letter := d.toLetter(found); wanted.wants(letter) {
			letters = append(letters, letter)
		}
		if len(letters) == wanted.Limit {
			break
		}
	}
	return letters, nil
}

func (d listenerDocuments) toLetter(from listenerletter.Stored) Letter {
	m := from.Message
	letter := Letter{
		ID: d.service + ":" + from.ID, Kind: KindListener, Key: string(m.Key), Topic: m.Topic,
		Partition: &m.Partition, Offset: &m.Offset, Attempts: from.Attempts, Error: from.Error, CreatedAt: from.CreatedAt,
		ParkedAt: from.ParkedAt, DiscardedAt: from.DiscardedAt, DiscardedBy: from.DiscardedBy, Reason: from.Reason,
		Headers: map[string]string{}, Payload: m.Value, State: StateWaiting,
	}
	for _, h := range m.Headers {
		letter.Headers[h.Key] = string(h.Value)
	}
	switch {
	case from.DiscardedAt != nil:
		letter.State = StateDiscarded
	case from.ParkedAt != nil:
		letter.State = StateParked
	default:
		letter.NextAttemptAt = &from.NextAttemptAt
	}
	letter.complete()
	return letter
}

func (d listenerDocuments) find(ctx context.Context, number string) (Letter, error) {
	box, err := d.box()
	if err != nil {
		return Letter{}, err
	}
	found, err := box.Show(ctx, number)
	if err != nil {
		return Letter{}, d.inWords(err, number)
	}
	return d.toLetter(found), nil
}

func (d listenerDocuments) retry(ctx context.Context, number string) error {
	box, err := d.box()
	if err != nil {
		return err
	}
	return d.inWords(box.Retry(ctx, number), number)
}

func (d listenerDocuments) discard(ctx context.Context, number, who, why string) error {
	box, err := d.box()
	if err != nil {
		return err
	}
	return d.inWords(box.Discard(ctx, number, who, why), number)
}

// inWords is err in the words of this package.
func (d listenerDocuments) inWords(err error, number string) error {
	switch {
	case errors.Is(err, listenerletter.ErrAbsent):
		return ErrNoLetter
	case errors.Is(err, listenerletter.ErrNoID):
		return fmt.Errorf("%w, not %q", errLetterID, d.service+":"+number)
	}
	return err
}
