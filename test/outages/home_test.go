// Package outages_test takes parts of a running fleet away, makes them hang and
// makes them slow, restarts them under load and follows a post through them. A
// short selection runs with the other tests; make outages, make restarts and
// make soak run all of it, and take their time.
package outages_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/telemetry/telemetrytest"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

var services = []string{"member", "content", "timeline", "search", "image", "activity"}

var stores = []string{"mysql", "mongodb", "redis", "kafka"}

// home is the fleet of this run: two replicas of each service behind the edge.
var (
	home      *fleet.Fleet
	homeState fleet.State
	local     string
	collector *telemetrytest.Collector
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	folder, err := os.MkdirTemp("", "dailyfeed-outages-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "outages:", err)
		return 1
	}
	local = folder
	code := 1
	defer func() {
		if code == 0 {
			_ = os.RemoveAll(folder)
			return
		}
		fmt.Fprintln(os.Stderr, "outages: logs are kept in", folder)
	}()
	taking, stop := telemetrytest.Start()
	collector = taking
	defer stop()
	if err := start(folder); err != nil {
		fmt.Fprintln(os.Stderr, "outages: start the fleet:", err)
		return code
	}
	code = m.Run()
	if err := home.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "outages: stop the fleet:", err)
		code = 1
	}
	return code
}

// few is the share of traces that the fleet keeps, so that load is not traced;
// the trace that a test follows has an id that is always kept.
const few = "0.0001"

func start(folder string) error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := fleet.FindRoot(here)
	if err != nil {
		return err
	}
	progress, err := os.Create(filepath.Join(folder, "fleet.log"))
	if err != nil {
		return err
	}
	replicas := map[string]int{}
	for _, name := range services {
		replicas[name] = 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	home, err = fleet.Up(ctx, fleet.Config{
		Root: root, Local: folder, PortOffset: 12000 + 20*rand.IntN(30), Replicas: replicas, Out: progress,
		Restart: supervisor.Backoff{First: 10 * time.Millisecond, Max: time.Second, Forget: time.Second},
		Environ: append(os.Environ(),
			"ADDRESS_WRITE_BURST=1000000", "ADDRESS_WRITE_RATE=1000000", "WRITE_BURST=100000", "WRITE_RATE=100000",
			"SHARED_CLIENT_ADDRESSES=127.0.0.1/32,::1/128", "IMAGE_UPLOADS_PER_DAY=0", "LOG_LEVEL=warn",
			"SHUTDOWN_DELAY="+shutdownDelay.String(), "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "TRACE_SAMPLE_RATIO="+few),
	})
	if err != nil {
		return err
	}
	homeState, err = fleet.ReadState(fleet.Config{Local: folder})
	return err
}

// pids are the processes of a part: a store, or all replicas of a service.
func pids(part string) (found []int) {
	for _, s := range home.Statuses() {
		if s.Name == part || strings.HasPrefix(s.Name, part+"-") {
			found = append(found, s.Pid)
		}
	}
	return found
}

// signal sends a signal to every process of a part.
func signal(part string, s syscall.Signal) error {
	var faults []error
	for _, pid := range pids(part) {
		if pid > 0 {
			faults = append(faults, syscall.Kill(pid, s))
		}
	}
	return errors.Join(faults...)
}

// taken is a part that is not as it should be; back makes it so again, and
// returns when the part itself can work.
type taken struct{ back func() }

// kill keeps a part dead until it is back: each process that its supervisor
// starts is killed again.
func kill(t *testing.T, part string) taken {
	t.Helper()
	dead := make(map[int]bool)
	ctx, cancel := context.WithCancel(context.Background())
	var killing sync.WaitGroup
	killing.Go(func() {
		for ctx.Err() == nil {
			for _, pid := range pids(part) {
				if pid > 0 && !dead[pid] {
					dead[pid] = true
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			pause(ctx, 5*time.Millisecond)
		}
	})
	end := sync.OnceFunc(func() { cancel(); killing.Wait() })
	t.Cleanup(end)
	return taken{func() {
		end()
		require.Eventually(t, func() bool {
			return !slices.ContainsFunc(home.Statuses(), func(s supervisor.Status) bool {
				return (s.Name == part || strings.HasPrefix(s.Name, part+"-")) && (s.State != supervisor.Ready || dead[s.Pid])
			})
		}, time.Minute, 10*time.Millisecond, "%s does not come back", part)
	}}
}

// hang stops a part: connections to it open, and nothing answers.
func hang(t *testing.T, part string) taken {
	t.Helper()
	require.NoError(t, signal(part, syscall.SIGSTOP))
	back := sync.OnceFunc(func() { require.NoError(t, signal(part, syscall.SIGCONT)) })
	t.Cleanup(back)
	return taken{back}
}

// slow lets a part run for a tenth of the time.
func slow(t *testing.T, part string) taken {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var slowing sync.WaitGroup
	slowing.Go(func() {
		for ctx.Err() == nil {
			_ = signal(part, syscall.SIGSTOP)
			pause(ctx, 180*time.Millisecond)
			_ = signal(part, syscall.SIGCONT)
			pause(ctx, 20*time.Millisecond)
		}
	})
	back := sync.OnceFunc(func() {
		cancel()
		slowing.Wait()
		require.NoError(t, signal(part, syscall.SIGCONT))
	})
	t.Cleanup(back)
	return taken{back}
}

// pause waits for a time or the end of ctx: what is waited for is time itself.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// starts counts how often each process was started again.
func starts() map[string]int {
	counts := map[string]int{}
	for _, s := range home.Statuses() {
		counts[s.Name] = s.Restarts
	}
	return counts
}
