package child_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

// roleVar makes this test binary play a part instead of running tests.
const roleVar = "CHILD_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleVar) == "parent" {
		playParent()
		return
	}
	os.Exit(m.Run())
}

// playParent starts a child, tells its pid and waits to be killed.
func playParent() {
	p, err := child.Start(child.Spec{Name: "tail", Path: "/bin/sh", Args: []string{"-c", "exec tail -f /dev/null"}, Log: os.Stderr})
	if err != nil {
		os.Exit(1)
	}
	fmt.Println(p.Pid())
	<-p.Done()
}

func TestStopWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	p := shell(t, nil, "exec tail -f /dev/null")
	require.NoError(t, p.Stop(t.Context()))
	require.False(t, alive(p.Pid()))
}

func TestStopKillsAtItsDeadline(t *testing.T) {
	t.Parallel()
	ready, log := io.Pipe()
	p := shell(t, log, "trap '' TERM; echo deaf; while :; do :; done")
	_, err := bufio.NewReader(ready).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, ready.Close())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	require.ErrorIs(t, p.Stop(ctx), context.DeadlineExceeded)
	require.False(t, alive(p.Pid()))
}

func TestKillEndsGrandchildrenToo(t *testing.T) {
	t.Parallel()
	ready, log := io.Pipe()
	p := shell(t, log, "sh -c 'echo $$; exec tail -f /dev/null' & wait")
	line, err := bufio.NewReader(ready).ReadString('\n')
	require.NoError(t, err)
	grandchild, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)

	require.NoError(t, p.Kill())
	require.Eventually(t, func() bool { return !alive(grandchild) }, 5*time.Second, 10*time.Millisecond)
}

func TestErrTellsHowItEnded(t *testing.T) {
	t.Parallel()
	p := shell(t, nil, "exit 7")
	<-p.Done()
	require.ErrorContains(t, p.Err(), "exit status 7")
	require.NoError(t, p.Kill(), "an ended child is not an error")
}

func TestStartOfNothing(t *testing.T) {
	t.Parallel()
	_, err := child.Start(child.Spec{Name: "nothing", Path: "/does/not/exist"})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func shell(t *testing.T, log io.Writer, script string) *child.Process {
	t.Helper()
	p, err := child.Start(child.Spec{Name: "shell", Path: "/bin/sh", Args: []string{"-c", script}, Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Kill()) })
	return p
}

// alive is false for a zombie: a process that ended and that nobody waited for
// (a container often has no init that would).
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func TestAPausedChildStandsStillWhenPauseReturns(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer func() { _ = reader.Close() }()
	p, err := child.Start(child.Spec{Name: "talker", Path: "/bin/sh", Args: []string{"-c", "while :; do echo; done"}, Log: writer})
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Kill() })
	require.NoError(t, writer.Close())
	require.NoError(t, reader.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = reader.Read(make([]byte, 1))
	require.NoError(t, err, "it talks")
	require.NoError(t, p.Pause())
	require.NoError(t, reader.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = io.Copy(io.Discard, reader)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "what it had said ends, and nothing comes after")
}
