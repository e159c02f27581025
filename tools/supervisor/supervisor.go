package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Named is a part and its name.
type Named struct {
	Name string
	Part Part
}

// Config of a supervisor; Report may be nil.
type Config struct {
	Backoff Backoff
	// Report is told each change of a state, one at a time. It must not call
	// the supervisor.
	Report func(Event)
}

// Supervisor starts, watches and stops parts.
type Supervisor struct {
	config Config
	ctx    context.Context // of the watchers
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu     sync.Mutex
	stages [][]*watched
}

// watched is a part with what is known of it.
type watched struct {
	Named
	status Status // guarded by the supervisor's mu
}

// New makes a supervisor; Stop ends it.
func New(config Config) *Supervisor {
	ctx, cancel := context.WithCancel(context.Background())
	return &Supervisor{config: config, ctx: ctx, cancel: cancel}
}

// Start starts a stage: its parts side by side. It returns when all serve, or
// with the first failure; then the parts that did start are left to Stop.
func (s *Supervisor) Start(ctx context.Context, stage ...Named) error {
	all := s.add(stage)
	group, ctx := errgroup.WithContext(ctx)
	for _, w := range all {
		group.Go(func() error {
			if err := s.start(ctx, w); err != nil {
				s.change(w, Stopped, func(e *Event) { e.Cause = err.Error() })
				return fmt.Errorf("%s: %w", w.Name, err)
			}
			s.group.Go(func() { s.watch(w) })
			return nil
		})
	}
	return group.Wait()
}

func (s *Supervisor) add(stage []Named) []*watched {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*watched, len(stage))
	for i, named := range stage {
		all[i] = &watched{Named: named, status: Status{Name: named.Name, State: Waiting, Since: time.Now()}}
	}
	s.stages = append(s.stages, all)
	return all
}

func (s *Supervisor) start(ctx context.Context, w *watched) error {
	began := time.Now()
	s.change(w, Starting, nil)
	if err := w.Part.Start(ctx); err != nil {
		return err
	}
	s.change(w, Ready, func(e *Event) { e.Took = time.Since(began) })
	return nil
}

// ErrEnded is the cause of a part that ended without being asked.
var ErrEnded = errors.New("ended without being asked")

// watch starts the part again each time it ends, until the supervisor stops.
func (s *Supervisor) watch(w *watched) {
	ends := 0
	for {
		served := time.Now()
		select {
		case <-s.ctx.Done():
			return
		case <-w.Part.Done():
		}
		if time.Since(served) >= s.config.Backoff.Forget {
			ends = 0
		}
		if !s.revive(w, &ends) {
			return
		}
	}
}

// revive tries until the part serves again; false when the supervisor stops.
func (s *Supervisor) revive(w *watched, ends *int) bool {
	cause := endOf(w.Part)
	for {
		*ends++
		wait := s.config.Backoff.after(*ends)
		s.change(w, Crashed, func(e *Event) { e.Cause, e.Again, e.Restarts = cause.Error(), wait, e.Restarts+1 })
		timer := time.NewTimer(wait)
		select {
		case <-s.ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
		if cause = s.start(s.ctx, w); cause == nil {
			return true
		}
		if s.ctx.Err() != nil {
			return false
		}
	}
}

// endOf is why a part ended, where it can tell.
func endOf(p Part) error {
	if teller, ok := p.(interface{ Err() error }); ok {
		if err := teller.Err(); err != nil {
			return fmt.Errorf("%w: %w", ErrEnded, err)
		}
	}
	return ErrEnded
}

// change sets a part's state and reports it; edit may change the event further.
func (s *Supervisor) change(w *watched, to State, edit func(*Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	event := Event{Status: w.status}
	event.State, event.Since, event.Pid = to, time.Now(), w.Part.Pid()
	if edit != nil {
		edit(&event)
	}
	w.status = event.Status
	if s.config.Report != nil {
		s.config.Report(event)
	}
}

// Statuses is what is known of all parts, in the order of their start.
func (s *Supervisor) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Status
	for _, stage := range s.stages {
		for _, w := range stage {
			all = append(all, w.status)
		}
	}
	return all
}

// Stop ends all parts, the last stage first, each stage within perStage; what
// is left then is killed. Nothing is started again after it was called.
func (s *Supervisor) Stop(perStage time.Duration) error {
	s.cancel()
	s.group.Wait()
	s.mu.Lock()
	stages := slices.Clone(s.stages)
	s.mu.Unlock()
	var errs []error
	for _, stage := range slices.Backward(stages) {
		errs = append(errs, s.stopStage(stage, perStage))
	}
	return errors.Join(errs...)
}

func (s *Supervisor) stopStage(stage []*watched, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	errs := make([]error, len(stage))
	var group sync.WaitGroup
	for i, w := range stage {
		group.Go(func() {
			if err := w.Part.Stop(ctx); err != nil {
				errs[i] = fmt.Errorf("stop %s: %w", w.Name, err)
			}
			s.change(w, Stopped, nil)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
