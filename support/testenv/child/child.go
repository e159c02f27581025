package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	Name string    // for messages
	Path string    // the program
	Args []string  // without the program's name
	Env  []string  // the whole environment; nil means this process's own
	Dir  string    // working directory; empty means this process's own
	Log  io.Writer // takes standard output and error; nil drops them
}

// outputGrace is how long the output may stay open after the program's end (a
// grandchild may hold it).
const outputGrace = 2 * time.Second

// Process is a running or ended child. Its methods may be called by several
// goroutines, and after its end.
type Process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{}
	err  error // how it ended; read after done is closed
}

// Start runs the program in a process group of its own, so that a terminal's
// Ctrl-C reaches the parent only, which decides the order in which things stop.
func Start(spec Spec) (*Process, error) {
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env, cmd.Dir = spec.Env, spec.Dir
	cmd.Stdout, cmd.Stderr = spec.Log, spec.Log
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = outputGrace
	p := &Process{name: spec.Name, cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	return p, nil
}

// run starts the program and waits for it on one thread: Linux sends the death
// signal when the thread that forked ends, not the process, so that the thread
// has to live as long as the child does.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// Pid is the child's process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended and was waited for.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the child ended: nil for exit code 0 and while it still runs.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the child to end and waits for it. When ctx ends first the child's
// whole group is killed, and Stop returns the context's error.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		killErr := p.Kill()
		return errors.Join(fmt.Errorf("stop %s: %w", p.name, ctx.Err()), killErr)
	}
}

// Kill ends the child's group at once (SIGKILL) and waits for it.
func (p *Process) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}

const (
	stopsWithin = 5 * time.Second
	stopPoll    = time.Millisecond
)

var errNotStopped = errors.New("it still runs")

// Pause freezes the child: its connections stay open and nothing answers. It
// returns when all of the child's threads stand still.
func (p *Process) Pause() error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	look := time.NewTicker(stopPoll)
	defer look.Stop()
	late := time.NewTimer(stopsWithin)
	defer late.Stop()
	for !isStopped(p.Pid()) {
		select {
		case <-p.done:
			return nil
		case <-late.C:
			return fmt.Errorf("pause %s: %w", p.name, errNotStopped)
		case <-look.C:
		}
	}
	return nil
}

// Resume lets a paused child go on.
func (p *Process) Resume() error { return p.Signal(syscall.SIGCONT) }

// Signal sends s to the child's group. An ended child is not an error.
func (p *Process) Signal(s syscall.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	err := syscall.Kill(-p.Pid(), s)
	if err == nil || errors.Is(err, syscall.ESRCH) || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return fmt.Errorf("signal %s: %w", p.name, err)
}
