package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

const (
	probeEvery  = 20 * time.Millisecond
	probeWithin = 2 * time.Second
	closeWithin = 20 * time.Second
)

// ErrEarlyEnd is in the error of a server that ended before it was ready.
var ErrEarlyEnd = errors.New("ended before it was ready")

// launcher is what differs between the kinds of server.
type launcher interface {
	// prepare makes the data folder usable; it may be called again.
	prepare(ctx context.Context, dir string) error
	// command is how to run the server with its data in dir.
	command(dir string, port int) (child.Spec, error)
	// ready asks the server by its own protocol whether it serves.
	ready(ctx context.Context, port int) error
}

// Server is one server process, and after Kill or Stop the place where it can
// be started again.
type Server struct {
	name     string
	options  Options
	launcher launcher
	dir      *dir
	port     port

	mu      sync.Mutex
	process *child.Process
}

func launch(ctx context.Context, name string, o Options, l launcher) (*Server, error) {
	folder, err := openDir(o.Dir, name)
	if err != nil {
		return nil, err
	}
	s := &Server{name: name, options: o, launcher: l, dir: folder, port: port{number: o.Port}}
	if err := s.first(ctx); err != nil {
		return nil, errors.Join(err, folder.close(), s.port.release())
	}
	return s, nil
}

// first prepares the data and starts.
func (s *Server) first(ctx context.Context) error {
	if err := s.launcher.prepare(ctx, s.dir.path); err != nil {
		return fmt.Errorf("prepare %s: %w", s.name, err)
	}
	if s.options.Port == 0 {
		var err error
		if s.port, err = reservePort(); err != nil {
			return err
		}
	}
	return s.Start(ctx)
}

// Start runs the server, on the same port and data as before, and returns when
// it serves. It does nothing while it runs.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil && !ended(s.process) {
		return nil
	}
	if err := probePort(s.port.number); err != nil { // its owner would answer in the new server's place
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	spec, err := s.launcher.command(s.dir.path, s.port.number)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	output := &tail{next: s.options.Log}
	spec.Name, spec.Log = s.name, output
	process, err := child.Start(spec)
	if err != nil {
		return err
	}
	if err := s.awaitReady(ctx, process); err != nil {
		return errors.Join(fmt.Errorf("start %s: %w; its last output:\n%s", s.name, err, output), process.Kill())
	}
	s.process = process
	return nil
}

func (s *Server) awaitReady(ctx context.Context, process *child.Process) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.readyWithin())
	defer cancel()
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		err := s.probe(ctx)
		if err == nil && !ended(process) {
			return nil
		}
		select {
		case <-process.Done():
			return fmt.Errorf("%w: %w", ErrEarlyEnd, exitCause(process))
		case <-ctx.Done():
			return fmt.Errorf("not ready within %s: %w", s.options.readyWithin(), err)
		case <-ticker.C:
		}
	}
}

func (s *Server) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	return s.launcher.ready(ctx, s.port.number)
}

// Ready asks the server once, by its own protocol, whether it serves.
func (s *Server) Ready(ctx context.Context) error { return s.probe(ctx) }

// Stop ends the server as an operator would, and waits for its end; the data
// stays. When ctx ends first it is killed.
func (s *Server) Stop(ctx context.Context) error {
	return s.with(func(p *child.Process) error { return p.Stop(ctx) })
}

// Kill ends the server without a warning (kill -9); the data stays.
func (s *Server) Kill() error { return s.with((*child.Process).Kill) }

// Pause freezes the server: connections stay open, nothing answers.
func (s *Server) Pause() error { return s.with((*child.Process).Pause) }

// Resume lets a paused server go on.
func (s *Server) Resume() error { return s.with((*child.Process).Resume) }

// Restart kills the server and starts it again on the same data and port.
func (s *Server) Restart(ctx context.Context) error {
	if err := s.Kill(); err != nil {
		return err
	}
	return s.Start(ctx)
}

// Close stops the server for good and removes its data if it was temporary.
// A second Close does nothing.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	stop := s.Stop
	if s.dir.temporary {
		stop = func(context.Context) error { return s.Kill() } // nobody reads this data again
	}
	err := stop(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(err, s.dir.close(), s.port.release())
}

// Addr is host:port of the server.
func (s *Server) Addr() string { return localAddr(s.port.number) }

// Port is the port the server listens on.
func (s *Server) Port() int { return s.port.number }

// Dir is the folder of the server's data.
func (s *Server) Dir() string { return s.dir.path }

// Pid is the process id, 0 when the server was never started.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.Pid()
}

// Done is closed when the present process has ended.
func (s *Server) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	return s.process.Done()
}

func (s *Server) with(do func(*child.Process) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	return do(s.process)
}

func ended(p *child.Process) bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}

func exitCause(p *child.Process) error {
	if err := p.Err(); err != nil {
		return err
	}
	return os.ErrProcessDone
}
