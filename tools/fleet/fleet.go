package fleet

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// Fleet is a running fleet.
type Fleet struct {
	config     Config
	layout     layout
	console    *console
	lock       *fleetLock
	secrets    secrets
	stores     Stores
	supervisor *supervisor.Supervisor
	began      time.Time

	stop       func() error // stopAll, once
	jobs       sync.WaitGroup
	cancelJobs context.CancelFunc

	mu    sync.Mutex
	state State
}

// EdgeURL is the front door's address.
func (f *Fleet) EdgeURL() string { return f.config.edgeURL() }

// Stores are the addresses of the stores.
func (f *Fleet) Stores() Stores { return f.stores }

// Statuses is what is known of each part.
func (f *Fleet) Statuses() []supervisor.Status { return f.supervisor.Statuses() }

// Took is how long the start took.
func (f *Fleet) Took() time.Duration { return f.state.Started.Sub(f.began) }

// Stop ends the jobs and all parts, within 10 s, and gives the lock back. A
// second call returns what the first did.
func (f *Fleet) Stop() error { return f.stop() }

func (f *Fleet) stopAll() error {
	if f.cancelJobs != nil {
		f.cancelJobs()
		f.jobs.Wait()
	}
	err := f.supervisor.Stop(f.config.stopWithin())
	f.mu.Lock()
	f.state.Ready = false
	f.saveState()
	f.mu.Unlock()
	return errors.Join(err, f.console.close(), f.lock.release())
}

// report notes and says a change of a part's state.
func (f *Fleet) report(e supervisor.Event) {
	switch e.State {
	case supervisor.Ready:
		f.console.say("%-10s ready in %.1f s (pid %d)", e.Name, e.Took.Seconds(), e.Pid)
	case supervisor.Crashed:
		f.console.shout("%s: %s; starting it again in %s (its output: %s)", e.Name, e.Cause, e.Again, f.layout.log(e.Name))
	case supervisor.Waiting, supervisor.Starting, supervisor.Stopped:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.note(e.Status)
	f.saveState()
}

func (f *Fleet) note(s supervisor.Status) {
	for i := range f.state.Parts {
		if f.state.Parts[i].Name == s.Name {
			f.state.Parts[i] = s
			return
		}
	}
	f.state.Parts = append(f.state.Parts, s)
}

// saveState writes down what is known, for status; a failure costs only that.
func (f *Fleet) saveState() {
	if err := f.state.write(f.layout.state()); err != nil {
		f.console.say("cannot write the state: %v", err)
	}
}
