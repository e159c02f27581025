package serviceclient

import (
	"context"
	"time"
)

// While a breaker is open, it looks from time to time whether its target says
// that it is ready, and lets trials through as soon as it does. A target that
// says so and fails is given trials ever more seldom; Profile.Breaker.OpenFor
// stays the longest time between them.

// firstLook is how long after opening the target is looked at.
func (b *breaker) firstLook() time.Duration {
	wait := b.profile.LookEvery
	for range b.early {
		wait = min(2*wait, b.profile.LookAtLatest)
	}
	return wait
}

// lookAfter plans a look, under mu.
func (b *breaker) lookAfter(wait time.Duration) {
	if b.ready == nil || wait <= 0 {
		return
	}
	era := b.era
	b.nextLook = b.now().Add(wait)
	b.probing = time.AfterFunc(wait, func() { b.look(era) })
}

// look asks the target, and ends the time of being open when it is ready or that
// time is over anyway.
func (b *breaker) look(era int) {
	defer b.tell()
	if !b.isIn(era) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.profile.LookEvery)
	ready := b.ready(ctx)
	cancel()
	b.observer.Looked(b.target, ready)
	b.mu.Lock()
	defer b.mu.Unlock()
	if era != b.era || b.probing == nil {
		return
	}
	if ready && b.isShut() {
		b.early++
		b.openUntil = b.now()
	}
	if b.settled() == Open {
		b.lookAfter(b.profile.LookEvery)
	}
}

// isIn says whether the state of that time still lasts, and looks are wanted.
func (b *breaker) isIn(era int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return era == b.era && b.probing != nil
}

// stopLooking ends what runs in the background. Its time still ends an open
// breaker.
func (b *breaker) stopLooking() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.probing != nil {
		b.probing.Stop()
		b.probing = nil
	}
}
