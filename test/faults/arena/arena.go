package arena

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
	"github.com/dailyfeed/dailyfeed/test/faults/crowd"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// Config of an arena.
type Config struct {
	Root string // the repository
	Dir  string // for data and logs; it is left as it is
	// Brokers of Kafka; 0 means one.
	Brokers int
	// Replicas of services; 0 means one.
	Replicas map[string]int
	// Environ is added to what suits the tests.
	Environ []string
	// LooseMongoDB keeps documents in memory only, and is no part that can be killed.
	// The stand-in for MongoDB has no secondary index; with its data on the disk it
	// cannot keep up with a long run.
	LooseMongoDB bool
	// BuildFlags are for the services.
	BuildFlags []string
}

// Services are those that run; pictures have no part in events.
func Services() []string { return []string{"member", "content", "timeline", "search", "activity"} }

// Arena is a running fleet. Close it.
type Arena struct {
	*fleet.Fleet
	config Config
	kafka  *server.KafkaCluster
	loose  *server.MongoDB
	state  fleet.State
	tap    *evidence.Tap
	endTap func() error

	mu    sync.Mutex
	lines map[string]*proxy.Line
}

const (
	upTries   = 5
	looseHeap = 2048 // MiB

	brokerWithin = 3 * time.Minute // it reads its log first, on a machine that is busy
)

// Up starts an arena and returns when all of it serves.
func Up(ctx context.Context, config Config) (*Arena, error) {
	a := &Arena{config: config, lines: map[string]*proxy.Line{}}
	if err := a.start(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *Arena) start(ctx context.Context) (err error) {
	if err := os.MkdirAll(a.config.Dir, 0o755); err != nil {
		return fmt.Errorf("arena: %w", err)
	}
	log, err := os.Create(filepath.Join(a.config.Dir, "kafka.log"))
	if err != nil {
		return fmt.Errorf("arena: %w", err)
	}
	a.kafka, err = server.StartKafkaCluster(ctx, max(1, a.config.Brokers), server.Options{
		Dir: filepath.Join(a.config.Dir, "kafka"), Log: log, Advertise: a.advertise, ReadyWithin: brokerWithin,
	})
	if err != nil {
		return err
	}
	if a.config.LooseMongoDB {
		if a.loose, err = server.StartMongoDB(ctx, server.Options{Heap: looseHeap}); err != nil {
			return err
		}
		a.config.Environ = append(a.config.Environ, "MONGODB_URI="+a.loose.URI())
	}
	for range upTries {
		a.Fleet, err = a.startFleet(ctx)
		if !errors.Is(err, fleet.ErrPortsTaken) {
			break
		}
	}
	if err != nil {
		return err
	}
	if a.state, err = fleet.ReadState(fleet.Config{Local: a.config.Dir}); err != nil {
		return err
	}
	a.startTap()
	return nil
}

// advertise puts a line before a broker.
func (a *Arena) advertise(addr string) string {
	line, err := a.line("kafka "+addr, addr)
	if err != nil {
		return addr // its ports are all taken: the test that wants the line says so
	}
	return line.Addr()
}

func (a *Arena) startFleet(ctx context.Context) (*fleet.Fleet, error) {
	progress, err := os.Create(filepath.Join(a.config.Dir, "fleet.log"))
	if err != nil {
		return nil, fmt.Errorf("arena: %w", err)
	}
	const firstOffset, offsetStep, offsets = 1000, 20, 90
	return fleet.Up(ctx, fleet.Config{
		Root: a.config.Root, Local: a.config.Dir, PortOffset: firstOffset + offsetStep*rand.IntN(offsets),
		Only: Services(), Replicas: a.config.Replicas, Jobs: true, Out: progress, BuildFlags: a.config.BuildFlags,
		Environ: append(append(os.Environ(), suited...), append(a.config.Environ, "KAFKA_BOOTSTRAP_SERVERS="+a.Bootstrap())...),
		Via:     a.via, Restart: supervisor.Backoff{First: restartAfter, Max: restartAtMost, Forget: time.Second},
	})
}

// A killed part comes back soon, so that many faults fit into a run.
const (
	restartAfter  = 200 * time.Millisecond
	restartAtMost = 2 * time.Second
)

// suited: one address sends everything here, and tokens outlive a long run.
var suited = []string{
	"ADDRESS_WRITE_BURST=1000000", "ADDRESS_WRITE_RATE=1000000", "WRITE_BURST=10000", "WRITE_RATE=10000",
	"SHARED_CLIENT_ADDRESSES=127.0.0.1/32,::1/128", "JWT_ACCESS_TTL=72h", "SHUTDOWN_DELAY=100ms", "DRAIN_INTERVAL=1s",
}

// Bootstrap is how clients find Kafka, by its lines.
func (a *Arena) Bootstrap() string {
	var addrs []string
	for _, broker := range a.kafka.Brokers {
		addrs = append(addrs, a.advertise(broker.Addr()))
	}
	return strings.Join(addrs, ",")
}

// Addresses are where the replicas of the services listen.
func (a *Arena) Addresses() crowd.Addresses {
	of := func(service string) (urls []string) {
		for part, url := range a.state.URLs {
			if part == service || strings.HasPrefix(part, service+"-") {
				urls = append(urls, url)
			}
		}
		slices.Sort(urls) // replica by replica: the ports rise
		return urls
	}
	return crowd.Addresses{Member: of("member"), Content: of("content"), Timeline: of("timeline")}
}

// Evidence opens a collector that goes past the lines of the services.
func (a *Arena) Evidence() (*evidence.Collector, error) {
	stores := a.Stores()
	return evidence.Open(evidence.Sources{MySQL: stores.MySQL, MongoDB: stores.MongoDB, Bootstrap: a.Bootstrap(), Tap: a.tap})
}

func (a *Arena) startTap() {
	a.tap = evidence.NewTap()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.tap.Run(ctx, a.Bootstrap()) }()
	a.endTap = func() error {
		cancel()
		return <-done
	}
}

// Close stops everything. Data and logs stay.
func (a *Arena) Close() error {
	var errs []error
	if a.endTap != nil {
		errs = append(errs, a.endTap())
	}
	a.Calm()
	if a.Fleet != nil {
		errs = append(errs, a.Stop())
	}
	if a.loose != nil {
		errs = append(errs, a.loose.Close())
	}
	if a.kafka != nil {
		errs = append(errs, a.kafka.Close())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, line := range a.lines {
		line.Close()
	}
	return errors.Join(errs...)
}

// Dir is where data and logs are.
func (a *Arena) Dir() string { return a.config.Dir }
