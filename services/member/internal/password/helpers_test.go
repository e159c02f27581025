package password

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// behaviour of this test's program where it is run as a helper.
const behaviour = "PASSWORD_HELPER"

func TestMain(m *testing.M) {
	how := os.Getenv(behaviour)
	if how == "" {
		os.Exit(m.Run())
	}
	if err := misbehave(how); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// misbehave is a helper that works well, or in one way not.
func misbehave(how string) error {
	lines := bufio.NewScanner(os.Stdin)
	switch how {
	case "well":
		return Help(os.Stdin, os.Stdout)
	case "dies at once":
		return nil
	case "dies when asked":
		lines.Scan()
		return nil
	case "hangs":
		lines.Scan()
		_, err := io.Copy(io.Discard, os.Stdin) // until its parent is gone
		return err
	}
	for lines.Scan() {
		var asked wireTask
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		answer := wireSum{Number: asked.Number, Sum: make([]byte, asked.Task.Size)}
		switch how {
		case "another's answer":
			answer.Number++
		case "too short":
			answer.Sum = answer.Sum[1:]
		case "no JSON":
			fmt.Println("hello")
			continue
		case "no end":
			fmt.Print(strings.Repeat("x", 1<<20))
			continue
		}
		if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
			return err
		}
	}
	return nil
}

// helpersThat behave in a way that may change.
func helpersThat(t *testing.T, how func() string, change ...func(*HelpersConfig)) *Helpers {
	t.Helper()
	config := HelpersConfig{Now: time.Now, Timeout: time.Minute, Command: func() *exec.Cmd {
		command := exec.Command(os.Args[0])
		command.Env = []string{behaviour + "=" + how(), "GOMAXPROCS=1"}
		return command
	}}
	for _, c := range change {
		c(&config)
	}
	helpers := NewHelpers(config)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = helpers.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return helpers
}

func well() string { return "well" }

var task = Task{Password: []byte("Riverside7!한강"), Salt: []byte("0123456789abcdef"), Params: cheap, Size: hashBytes}

func expected(t *testing.T) []byte {
	t.Helper()
	sum, err := Within{}.Derive(task)
	require.NoError(t, err)
	return sum
}

func requireRight(t *testing.T, helpers *Helpers) {
	t.Helper()
	sum, err := helpers.Derive(task)
	require.NoError(t, err)
	require.Equal(t, expected(t), sum)
}

// pids of the helpers that have nothing to do.
func (s *Helpers) pids() (all []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.idle {
		all = append(all, h.process.Pid)
	}
	return all
}

// isGone says whether there is no such process any more, nor its remains.
func isGone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func TestAHelperComputesWhatThisProcessWould(t *testing.T) {
	t.Parallel()
	helpers := helpersThat(t, well)
	for range 3 {
		requireRight(t, helpers)
	}
	require.Equal(t, []uint64{1, 0, 0}, []uint64{helpers.Started(), helpers.Lost(), helpers.Within()}, "one process for all of them")
}

func TestHelpersHaveALowerPriorityInAllTheirThreads(t *testing.T) {
	t.Parallel()
	before, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	require.NoError(t, err)
	helpers := helpersThat(t, well)
	requireRight(t, helpers)
	pid := helpers.pids()[0]
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if errors.Is(err, os.ErrNotExist) {
		threads, err = []os.DirEntry{}, nil // no such files on this system: the group tells
	}
	require.NoError(t, err)
	const niceField = 18 // of stat, after the name: proc(5)
	for _, thread := range threads {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/stat", pid, thread.Name()))
		require.NoError(t, err)
		_, fields, found := strings.Cut(string(stat), ") ")
		require.True(t, found)
		require.Equal(t, fmt.Sprint(nicer()), strings.Fields(fields)[niceField-2], thread.Name())
	}
	after, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	require.NoError(t, err)
	require.Equal(t, before, after, "this process keeps its own")
}

func TestAKilledHelperIsReplacedAndNobodyNotices(t *testing.T) {
	t.Parallel()
	helpers := helpersThat(t, well)
	requireRight(t, helpers)
	killed := helpers.pids()[0]
	require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
	require.Eventually(t, func() bool { return isGone(killed) }, time.Minute, time.Millisecond)
	requireRight(t, helpers)
	require.NotEqual(t, killed, helpers.pids()[0])
	require.EqualValues(t, 1, helpers.Lost())
}

// Whatever a helper does, a sum is right or is none: a wrong one could let nobody
// in, and keep everybody out.
func TestOfAHelperThatAnswersNonsenseNothingIsBelieved(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"dies at once", "dies when asked", "another's answer", "too short", "no JSON", "no end"} {
		now := time.Now()
		helpers := helpersThat(t, func() string { return how }, func(c *HelpersConfig) { c.Now = func() time.Time { return now } })
		requireRight(t, helpers)
		require.Equal(t, []uint64{1, 1, 1}, []uint64{helpers.Started(), helpers.Lost(), helpers.Within()}, how)
		require.Empty(t, helpers.pids(), how)
	}
}

// A program that cannot be started, or never works, is not started for each login.
func TestHelpersThatNeverWorkAreTriedEverMoreSeldom(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*HelpersConfig){
		"cannot be started": func(c *HelpersConfig) { c.Command = func() *exec.Cmd { return exec.Command("/nowhere/member") } },
		"die when asked":    func(*HelpersConfig) {},
	} {
		now := time.Now()
		var pauses []time.Duration
		last, tried := now, 0
		helpers := helpersThat(t, func() string { return "dies when asked" }, change, func(c *HelpersConfig) {
			c.Now = func() time.Time { return now }
			start := c.Command
			c.Command = func() *exec.Cmd {
				tried++
				pauses, last = append(pauses, now.Sub(last)), now
				return start()
			}
		})
		for now.Before(last.Add(70*time.Second)) && tried < 9 {
			requireRight(t, helpers)
			now = now.Add(500 * time.Millisecond)
		}
		seconds := func(s ...int) (all []time.Duration) {
			for _, one := range s {
				all = append(all, time.Duration(one)*time.Second)
			}
			return all
		}
		require.Equal(t, seconds(0, 1, 2, 4, 8, 16, 32, 60, 60), pauses, name)
	}
}

func TestAHelperThatHangsIsKilledAndItsSumComputedHere(t *testing.T) {
	t.Parallel()
	helpers := helpersThat(t, func() string { return "hangs" }, func(c *HelpersConfig) { c.Timeout = 300 * time.Millisecond })
	requireRight(t, helpers)
	require.EqualValues(t, 1, helpers.Lost())
	require.EqualValues(t, 1, helpers.Within())
	require.Empty(t, helpers.pids())
}

// A helper that gets no processor is not followed by another at once.
func TestAStoppedHelperIsOneThatHangs(t *testing.T) {
	t.Parallel()
	now := time.Now() // stands still until the helper is stopped, so that the first has all the time it needs
	var mu sync.Mutex
	helpers := helpersThat(t, well, func(c *HelpersConfig) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	requireRight(t, helpers)
	stopped := helpers.pids()[0]
	require.NoError(t, syscall.Kill(stopped, syscall.SIGSTOP))
	mu.Lock()
	now = time.Now().Add(-time.Minute + 300*time.Millisecond) // of which a minute is the timeout
	mu.Unlock()
	requireRight(t, helpers)
	require.True(t, isGone(stopped))
	requireRight(t, helpers)
	require.Equal(t, []uint64{1, 1, 2}, []uint64{helpers.Started(), helpers.Lost(), helpers.Within()})
}

func TestHelpersEndWhenTheyAreNotNeeded(t *testing.T) {
	t.Parallel()
	helpers := helpersThat(t, well, func(c *HelpersConfig) { c.Idle = 200 * time.Millisecond })
	requireRight(t, helpers)
	started := helpers.pids()
	require.Eventually(t, func() bool { return len(helpers.pids()) == 0 }, time.Minute, time.Millisecond)
	for _, pid := range started {
		require.Eventually(t, func() bool { return isGone(pid) }, time.Minute, time.Millisecond)
	}
	require.Zero(t, helpers.Lost())
	requireRight(t, helpers)
	require.EqualValues(t, 2, helpers.Started())
}

func TestNoHelperOutlivesTheService(t *testing.T) {
	t.Parallel()
	helpers := NewHelpers(HelpersConfig{Now: time.Now, Command: func() *exec.Cmd {
		command := exec.Command(os.Args[0])
		command.Env = []string{behaviour + "=well"}
		return command
	}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- helpers.Run(ctx) }()
	requireRight(t, helpers)
	pid := helpers.pids()[0]
	stop()
	require.NoError(t, <-ended)
	require.True(t, isGone(pid))
	requireRight(t, helpers)
	require.EqualValues(t, 1, helpers.Started(), "what is late is computed within")
	require.EqualValues(t, 1, helpers.Within())
}

// Of a service that is killed the helper hears by its pipe.
func TestAHelperEndsWhenItsPipeDoes(t *testing.T) {
	t.Parallel()
	in, out, err := os.Pipe()
	require.NoError(t, err)
	command := exec.Command(os.Args[0])
	command.Env = []string{behaviour + "=well"}
	command.Stdin = in
	require.NoError(t, command.Start())
	require.NoError(t, in.Close())
	require.NoError(t, out.Close()) // as the kernel does for a process that is no more
	require.NoError(t, command.Wait(), "and says that all is well")
}

func TestManyAtOnceHaveAHelperEach(t *testing.T) {
	t.Parallel()
	helpers := helpersThat(t, well)
	want := expected(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				if sum, err := helpers.Derive(task); err != nil || string(sum) != string(want) {
					t.Error(sum, err)
				}
			}
		})
	}
	all.Wait()
	require.LessOrEqual(t, helpers.Started(), uint64(8))
	require.Zero(t, helpers.Lost())
	require.Zero(t, helpers.Within())
}

func TestAHelperComputesOnlyTasksOfOurs(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Task){
		"too much memory": func(t *Task) { t.Params.MemoryKiB = 1 << 30 },
		"too many passes": func(t *Task) { t.Params.Passes = 1 << 30 },
		"no lane":         func(t *Task) { t.Params.Lanes = 0 },
		"no salt":         func(t *Task) { t.Salt = nil },
		"too long a sum":  func(t *Task) { t.Size = 1 << 30 },
		"less than none":  func(t *Task) { t.Size = -1 },
	} {
		bad := task
		change(&bad)
		text, err := json.Marshal(wireTask{Number: 1, Task: bad})
		require.NoError(t, err)
		var out strings.Builder
		require.ErrorIs(t, Help(strings.NewReader(string(text)), &out), errBadTask, name)
		require.Empty(t, out.String())
	}
	require.NoError(t, Help(strings.NewReader(""), io.Discard))
	require.Error(t, Help(strings.NewReader("{"), io.Discard))
}
