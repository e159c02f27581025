// Package stack is what is measured: member, content and timeline with their
// stores, the controls, and tokens of every member.
package stack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver
	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/test/load/proc"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

// Config says where things are.
type Config struct {
	// Root is the repository; Dir takes data, logs and programs.
	Root, Dir string
	// Programs is a folder with the services' programs; empty builds them.
	Programs   string
	PortOffset int
	Out        io.Writer
}

// Stack is a running fleet with a hand on its stores.
type Stack struct {
	config   Config
	fleet    *fleet.Fleet
	signer   *signer
	controls map[string]*exec.Cmd
	DB       *sql.DB
	Redis    *redis.Client
	Client   *http.Client
	urls     map[string]string
}

// DSN reaches the fleet's schema with all rights.
func (s *Stack) DSN(schema string) string {
	dsn, _, _ := strings.Cut(s.fleet.Stores().MySQL, "?")
	return dsn[:strings.LastIndexByte(dsn, '/')+1] + schema + "?parseTime=true&interpolateParams=true&maxAllowedPacket=0"
}

const clientConnections = 512

// memoryLimit is what a pod with 53 MiB gets from its chart: nine tenths.
const memoryLimit = "GOMEMLIMIT=48MiB"

// Up starts the fleet. Limits that would stop a load test are lifted, and memory
// is limited as in a cluster.
func Up(ctx context.Context, config Config) (s *Stack, err error) {
	limits := []string{"WRITE_RATE=1000000", "WRITE_BURST=1000000", "ADDRESS_WRITE_RATE=1000000", "ADDRESS_WRITE_BURST=1000000", memoryLimit}
	running, err := fleet.Up(ctx, fleet.Config{
		Root: config.Root, Local: config.Dir, PortOffset: config.PortOffset, Only: []string{"member", "content", "timeline"},
		Environ: append(os.Environ(), limits...), Programs: config.Programs, Out: config.Out,
	})
	if err != nil {
		return nil, fmt.Errorf("start fleet: %w", err)
	}
	transport := &http.Transport{MaxIdleConns: clientConnections, MaxIdleConnsPerHost: clientConnections, DisableCompression: true}
	s = &Stack{config: config, fleet: running, controls: map[string]*exec.Cmd{}, Client: &http.Client{Transport: transport, Timeout: time.Minute}}
	state, err := fleet.ReadState(fleet.Config{Local: config.Dir})
	if err != nil {
		return nil, errors.Join(err, s.Down())
	}
	secrets, err := fleet.ReadSecrets(fleet.Config{Local: config.Dir})
	if err != nil {
		return nil, errors.Join(err, s.Down())
	}
	s.urls = state.URLs
	s.Redis = redis.NewClient(&redis.Options{Addr: running.Stores().Redis})
	if s.DB, err = sql.Open("mysql", s.DSN("dailyfeed")); err == nil {
		s.signer, err = newSigner(ctx, s.DB, secrets["JWT_KEK"])
	}
	if err != nil {
		return nil, errors.Join(err, s.Down())
	}
	return s, nil
}

// Down stops controls and fleet.
func (s *Stack) Down() error {
	for _, control := range s.controls {
		_ = control.Process.Kill() // it has nothing to finish
		_ = control.Wait()         // killed
	}
	if s.DB != nil {
		_ = s.DB.Close() // nothing is written on closing
	}
	return s.fleet.Stop()
}

// URL is where a service or control listens.
func (s *Stack) URL(name string) string { return s.urls[name] }

// Control builds and starts a control; port is the first of its arguments.
func (s *Stack) Control(ctx context.Context, name string, args ...string) error {
	program := filepath.Join(s.config.Dir, "control-"+name)
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./load/control/"+name)
	build.Dir = filepath.Join(s.config.Root, "test")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build control %s: %w\n%s", name, err, out)
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	command := exec.Command(program, append([]string{port}, args...)...)
	command.Stderr = s.config.Out
	if err := command.Start(); err != nil {
		return fmt.Errorf("start control %s: %w", name, err)
	}
	s.controls[name], s.urls[name] = command, "http://127.0.0.1:"+port
	return s.awaitPort(ctx, port)
}

func freePort(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

const portWithin = 10 * time.Second

func (s *Stack) awaitPort(ctx context.Context, port string) error {
	ctx, cancel := context.WithTimeout(ctx, portWithin)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond) //nolint:mnd // soon
	defer ticker.Stop()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("control does not listen on %s: %w", port, err)
		case <-ticker.C:
		}
	}
}

// Pid is the process of a part of the fleet, or of a control.
func (s *Stack) Pid(name string) int {
	if control, ok := s.controls[name]; ok {
		return control.Process.Pid
	}
	for _, part := range s.fleet.Statuses() {
		if part.Name == name {
			return part.Pid
		}
	}
	return 0
}

// CPU is what processes have used together.
func (s *Stack) CPU(names ...string) time.Duration {
	var total time.Duration
	for _, name := range names {
		used, err := proc.CPU(s.Pid(name))
		if err == nil { // a part that is gone uses nothing
			total += used
		}
	}
	return total
}

// RSS is the resident memory of a part in MiB.
func (s *Stack) RSS(name string) float64 {
	bytes, _ := proc.RSS(s.Pid(name)) // 0 for a part that is gone
	return float64(bytes) / (1 << 20)
}

// Token is an access token of a member, whose session lives.
func (s *Stack) Token(member int64) (string, error) { return s.signer.sign(member) }

// LetLive has the sessions of members known as live, as after a login.
func (s *Stack) LetLive(ctx context.Context, members int64) error {
	const atOnce = 5000
	for from := int64(1); from <= members; from += atOnce {
		_, err := s.Redis.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for id := from; id < from+atOnce && id <= members; id++ {
				pipe.Set(ctx, sessionKey(id), "0", 24*time.Hour) //nolint:mnd // longer than any run
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("let sessions live: %w", err)
		}
	}
	return nil
}

func sessionKey(member int64) string {
	return "member:authentication:session-revoked:" + strconv.FormatInt(member, 10)
}
