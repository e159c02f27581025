package supervisor

import (
	"context"
	"time"
)

// Part is something that runs and can be started again. Its methods are called
// by one goroutine at a time, but for Pid.
type Part interface {
	// Start runs the part and returns when it serves, or says why it does not;
	// then nothing of it is left.
	Start(ctx context.Context) error
	// Done is closed when what Start started has ended.
	Done() <-chan struct{}
	// Stop ends the part as an operator would, and by force when ctx ends.
	Stop(ctx context.Context) error
	// Pid is the process's id, 0 when there is none yet.
	Pid() int
}

// State is where a part is in its life.
type State string

// The states of a part.
const (
	Waiting  State = "waiting"
	Starting State = "starting"
	Ready    State = "ready"
	Crashed  State = "crashed"
	Stopped  State = "stopped"
)

// Status is what is known of a part.
type Status struct {
	Name     string    `json:"name"`
	State    State     `json:"state"`
	Pid      int       `json:"pid"`
	Since    time.Time `json:"since"`
	Restarts int       `json:"restarts"`
	// Cause is why it crashed last; empty where it never did.
	Cause string `json:"cause,omitempty"`
}

// Event is a change of a part's state.
type Event struct {
	Status
	// Took is how long the start took, for Ready.
	Took time.Duration
	// Again is how long until the next start, for Crashed.
	Again time.Duration
}
