package serviceclient

import "time"

// State is whether a breaker lets calls through.
type State uint8

// The states of a breaker.
const (
	Closed State = iota
	HalfOpen
	Open
)

// String is the state's name as a metric's label.
func (s State) String() string {
	switch s {
	case Closed:
		return "closed"
	case HalfOpen:
		return "half-open"
	case Open:
		return "open"
	}
	return "unknown"
}

// Outcome is how a call ended.
type Outcome uint8

const (
	// Failed is no answer, or a 5xx.
	Failed Outcome = iota
	// Answered is any other status: a 4xx is an answer.
	Answered
	// Abandoned is a call whose caller left, or came with less time than such
	// calls take: it says nothing about the target.
	Abandoned
	// Limited was not made: too many calls to this target.
	Limited
	// Rejected was not made: the breaker is open.
	Rejected
)

// String is the outcome's name as a metric's label.
func (o Outcome) String() string {
	switch o {
	case Failed:
		return "failed"
	case Answered:
		return "answered"
	case Abandoned:
		return "abandoned"
	case Limited:
		return "limited"
	case Rejected:
		return "rejected"
	}
	return "unknown"
}

// Observer hears what happens to calls, for metrics and logs. Its methods are
// called by many goroutines, and must not block or call back.
type Observer interface {
	// Ended is told of every call, made or not.
	Ended(target string, outcome Outcome, attempts int, elapsed time.Duration)
	// StateChanged is told each change of a breaker, in order.
	StateChanged(target string, from, to State)
	// Looked is told whether a target whose breaker is open said that it is ready.
	Looked(target string, ready bool)
	// Retried is told before another attempt; budget false means that there was
	// none left, and the attempt is not made.
	Retried(target string, budget bool)
}

type deaf struct{}

func (deaf) Ended(string, Outcome, int, time.Duration) {}
func (deaf) StateChanged(string, State, State)         {}
func (deaf) Looked(string, bool)                       {}
func (deaf) Retried(string, bool)                      {}
