package deadletter

import (
	"context"
	"slices"
)

// sort finds out whose turn it is. ready are the letters that may be sent now, in the
// order of their rows: two requests that change the same thing commit one after the
// other, and their letters may still come to the queue the other way round. held
// wait for an older letter of their order key. A letter that is no longer leased to
// this process is nobody's here: a drain has it, or has sent it.
// With an error, all are held.
func (p *Publisher) sort(ctx context.Context, batch []outgoing) (ready, held []outgoing, err error) {
	if !slices.ContainsFunc(batch, func(o outgoing) bool { return !o.letter.IsFirst }) {
		return batch, nil, nil // as most: what is new is alone
	}
	mine, keys := make(map[string]outgoing, len(batch)), make([]string, 0, len(batch))
	for _, o := range batch {
		mine[o.letter.EventID] = o
		keys = append(keys, o.letter.orderKey())
	}
	limited, cancel := context.WithTimeout(ctx, p.config.SendLimit)
	defer cancel()
	standing, err := p.store.standing(limited, keys)
	if err != nil {
		return nil, batch, err
	}
	waiting := make(map[string]bool) // order keys with an older letter that is not ours to send
	gone := len(batch)
	for _, row := range standing {
		o, have := mine[row.EventID]
		switch {
		case !have || row.LeaseOwner != p.store.process:
			waiting[row.OrderKey] = true
			continue
		case waiting[row.OrderKey]:
			held = append(held, o)
		default:
			ready = append(ready, o)
		}
		gone--
	}
	if gone > 0 {
		p.observer.LeftToDrain(gone)
	}
	return ready, held, nil
}
