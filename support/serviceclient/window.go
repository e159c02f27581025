package serviceclient

// window is the last calls of a breaker, and how many of them failed or were slow.
type window struct {
	ring         []result
	next         int
	filled       int
	failed, slow int
}

type result struct{ failed, slow bool }

func newWindow(size int) *window { return &window{ring: make([]result, max(size, 1))} }

func (w *window) add(r result) {
	if w.filled == len(w.ring) {
		w.count(w.ring[w.next], -1)
	} else {
		w.filled++
	}
	w.ring[w.next] = r
	w.count(r, 1)
	w.next = (w.next + 1) % len(w.ring)
}

func (w *window) count(r result, by int) {
	if r.failed {
		w.failed += by
	}
	if r.slow {
		w.slow += by
	}
}

// over says whether failed or slow calls are at least these percentages of calls.
func (w *window) over(failurePercent, slowPercent, calls int) bool {
	const whole = 100
	return w.failed*whole >= failurePercent*calls || w.slow*whole >= slowPercent*calls
}
