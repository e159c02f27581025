package guard_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// earlyBird is one more process of a service, of which member is somewhere else.
type earlyBird struct {
	name        string
	port, admin int
}

// hatch starts a process as the fleet did, but with its own ports and another
// address of member.
func hatch(t *testing.T, name, memberURL string) earlyBird {
	t.Helper()
	bird := earlyBird{name: name, port: testenv.FreePort(t), admin: testenv.FreePort(t)}
	var environ []string
	for _, pair := range environOf(t, name) {
		switch variable, _, _ := strings.Cut(pair, "="); variable {
		case "PORT", "ADMIN_PORT", "MEMBER_URL", "JWKS_URL", "":
		default:
			environ = append(environ, pair)
		}
	}
	log, err := os.Create(filepath.Join(local, "logs", name+"-early.log"))
	require.NoError(t, err)
	command := exec.Command(filepath.Join(local, "bin", name), "serve")
	environ = append(environ, "PORT="+strconv.Itoa(bird.port), "ADMIN_PORT="+strconv.Itoa(bird.admin), "MEMBER_URL="+memberURL)
	command.Env = environ
	command.Stdout, command.Stderr = log, log
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(settle, func() { _ = command.Process.Kill() })
		_ = command.Wait()
		late.Stop()
		_ = log.Close()
	})
	return bird
}

// environOf is the environment of a process of the fleet.
func environOf(t *testing.T, name string) []string {
	t.Helper()
	for _, part := range stateOf(t).Parts {
		if part.Name == name {
			raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", part.Pid))
			require.NoError(t, err)
			return strings.Split(string(raw), "\x00")
		}
	}
	require.FailNow(t, "no such part", name)
	return nil
}

// fetches is how often the process asked for keys, by how it ended.
func (b earlyBird) fetches(t *testing.T, outcome string) int {
	t.Helper()
	got, err := try(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/metrics", b.admin), "")
	if err != nil {
		return 0 // not there yet
	}
	sum := 0
	for _, line := range callCounts.FindAllStringSubmatch(string(got.raw), -1) {
		if strings.Contains(line[1], `target="member-keys"`) && strings.Contains(line[1], `outcome="`+outcome+`"`) {
			n, err := strconv.ParseFloat(line[2], 64)
			require.NoError(t, err)
			sum += int(n)
		}
	}
	return sum
}

var callCounts = regexp.MustCompile(`(?m)^service_call_duration_seconds_count\{([^}]*)\} (\S+)$`)

func (b earlyBird) isReady(t *testing.T) bool {
	t.Helper()
	got, err := try(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/healthcheck/ready", b.port), "")
	return err == nil && got.status == http.StatusOK
}

// relay passes connections on to member, from now until the test ends.
func relay(t *testing.T, address, to string) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running errgroup.Group
	running.Go(func() error {
		for {
			from, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return nil // the end of the test
			}
			if err != nil {
				return err
			}
			running.Go(func() error { return pass(ctx, from, to) })
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		require.NoError(t, running.Wait())
	})
}

// pass copies both ways until one end closes or ctx ends.
func pass(ctx context.Context, from net.Conn, address string) error {
	defer func() { _ = from.Close() }()
	to, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil // who called sees a closed connection
	}
	stop := context.AfterFunc(ctx, func() { _, _ = from.Close(), to.Close() })
	defer stop()
	var ways errgroup.Group
	ways.Go(func() error { _, _ = io.Copy(to, from); return to.Close() })
	_, _ = io.Copy(from, to)
	_ = from.Close()
	_ = ways.Wait()
	return nil
}

// A service that was started long before member, so long that any breaker would
// have opened, is ready as soon as its next question for keys is answered.
func TestAServiceThatStartedLongBeforeMemberIsReadySoonAfterIt(t *testing.T) {
	t.Parallel()
	member, err := url.Parse(stateOf(t).URLs["member"])
	require.NoError(t, err)
	address := "127.0.0.1:" + strconv.Itoa(testenv.FreePort(t))
	var birds []earlyBird
	for _, name := range []string{"content", "timeline", "search", "image", "activity"} {
		birds = append(birds, hatch(t, name, "http://"+address))
	}
	const long = 7 // failed calls: more than open a breaker
	for _, bird := range birds {
		require.Eventually(t, func() bool { return bird.fetches(t, "failed") >= long }, 2*settle, tick, bird.name)
		require.False(t, bird.isReady(t), bird.name)
	}
	failed := map[string]int{}
	for _, bird := range birds {
		failed[bird.name] = bird.fetches(t, "failed")
	}
	begin := time.Now()
	relay(t, address, member.Host)
	for _, bird := range birds {
		require.Eventually(t, func() bool { return bird.isReady(t) }, settle, tick, bird.name)
		t.Logf("%s is ready %s after member", bird.name, time.Since(begin).Round(10*time.Millisecond))
		require.Zero(t, bird.fetches(t, "rejected"), bird.name)
		require.LessOrEqual(t, bird.fetches(t, "failed"), failed[bird.name]+1, "%s: the first that could be was answered", bird.name)
	}
}
