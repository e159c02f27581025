package password

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

const (
	// longestLine is more than a sum takes.
	longestLine = 1024
	// helperEnds is how long a helper has to end after its pipe was closed.
	helperEnds = time.Second
)

var errGarbage = errors.New("password: helper answered with something else")

// helper is a process that computes one sum at a time.
type helper struct {
	process *os.Process
	tasks   *os.File
	sums    *os.File
	lines   *bufio.Reader
	ended   chan struct{} // closed when the process is no more
	number  uint64        // of the last task
	proven  bool          // it has answered once
	used    time.Time     // for the last time
}

// startHelper starts a process in a group of its own, so that a signal to the
// terminal's group does not end it before its parent, and so that its priority is
// set for all of its threads. Whose pipe is closed it knows from its parent alone:
// it inherits no other, and ends when the parent does, in whatever way.
func startHelper(command *exec.Cmd) (h *helper, err error) {
	theirTasks, tasks, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start helper: %w", err)
	}
	sums, theirSums, err := os.Pipe()
	if err != nil {
		_, _ = theirTasks.Close(), tasks.Close()
		return nil, fmt.Errorf("start helper: %w", err)
	}
	defer func() {
		_, _ = theirTasks.Close(), theirSums.Close() // the helper has them by now
		if err != nil {
			_, _ = tasks.Close(), sums.Close()
		}
	}()
	command.Stdin, command.Stdout = theirTasks, theirSums
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start helper: %w", err)
	}
	h = &helper{process: command.Process, tasks: tasks, sums: sums, lines: bufio.NewReaderSize(sums, longestLine), ended: make(chan struct{})}
	go func() {
		_ = command.Wait() // how it ended does not matter: what it owed is missing
		close(h.ended)
	}()
	if err := syscall.Setpriority(syscall.PRIO_PGRP, h.process.Pid, nicer()); err != nil {
		h.kill()
		return nil, fmt.Errorf("lower priority of helper: %w", err)
	}
	return h, nil
}

// nicer is the niceness of helpers: more than that of this process, so that
// whatever else it does gets nine times as much. With less for them, a machine
// that is full of other work would let nobody log in.
func nicer() int {
	const more, most, linuxZero = 10, 19, 20
	own, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil {
		own = 0
	} else if runtime.GOOS == "linux" {
		own = linuxZero - own // the kernel's own form of it
	}
	return min(own+more, most)
}

// derive asks for a sum. After an error the helper is of no use any more.
func (h *helper) derive(t Task, until time.Time) ([]byte, error) {
	if err := errors.Join(h.tasks.SetWriteDeadline(until), h.sums.SetReadDeadline(until)); err != nil {
		return nil, fmt.Errorf("bound helper: %w", err)
	}
	h.number++
	if err := json.NewEncoder(h.tasks).Encode(wireTask{Number: h.number, Task: t}); err != nil {
		return nil, fmt.Errorf("ask helper: %w", err)
	}
	line, err := h.lines.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errGarbage
	}
	if err != nil {
		return nil, fmt.Errorf("hear helper: %w", err)
	}
	var answer wireSum
	if json.Unmarshal(line, &answer) != nil || answer.Number != h.number || len(answer.Sum) != t.Size {
		return nil, errGarbage // it is not quoted
	}
	h.proven = true
	return answer.Sum, nil
}

func (h *helper) isAlive() bool {
	select {
	case <-h.ended:
		return false
	default:
		return true
	}
}

// end lets the helper finish, and kills it where it does not.
func (h *helper) end() {
	_ = h.tasks.Close()
	timer := time.NewTimer(helperEnds)
	defer timer.Stop()
	select {
	case <-h.ended:
	case <-timer.C:
	}
	h.kill()
}

// kill ends the helper at once and waits until it is gone.
func (h *helper) kill() {
	_ = h.process.Kill() // it may be gone already
	<-h.ended
	_, _ = h.tasks.Close(), h.sums.Close()
}
