package fleet

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// Config says how a fleet is to run.
type Config struct {
	// Root is the repository; Local the folder for data, logs and programs.
	Root, Local string
	// PortOffset is added to every port, so that fleets can run side by side.
	PortOffset int
	// Only are the services to run; nil means all.
	Only []string
	// Replicas is how many of a service run; 0 means one. The edge
	// knows all of them, and so do the other services.
	Replicas map[string]int
	// Environ is the environment: the stores that replace ours (MYSQL_DSN …),
	// INFRA, FRONTEND_URL, and what is passed on to the services.
	Environ []string
	// Seed fills the fleet on its first start.
	Seed bool
	// Jobs runs what CronJobs do in a cluster.
	Jobs bool
	// Programs is a folder with the programs, already built; empty builds them.
	Programs string
	// BuildFlags are for the build, such as -race.
	BuildFlags []string
	// Via may put something between a part and the stores: it is given what the
	// part would be told, and returns what it is told. nil changes nothing.
	Via func(part string, stores Stores) Stores
	// Restart is how soon a part that ended is started again; zero is the usual.
	Restart supervisor.Backoff
	// Out takes progress, the table and the log; Color paints them.
	Out   io.Writer
	Color bool
}

func (c Config) layout() layout {
	local := c.Local
	if local == "" {
		local = filepath.Join(c.Root, ".local")
	}
	return layout{root: c.Root, local: local}
}

func (c Config) env(name string) string { return lookup(c.Environ, name) }

// lookup is the last value of name, as a process would see it.
func lookup(environ []string, name string) string {
	for _, pair := range slices.Backward(environ) {
		if value, found := strings.CutPrefix(pair, name+"="); found {
			return value
		}
	}
	return ""
}

// stopWithin is how long a stage may take to stop: services go on serving for
// SHUTDOWN_DELAY first, which is none at home unless somebody says so.
func (c Config) stopWithin() time.Duration {
	delay, err := time.ParseDuration(c.env("SHUTDOWN_DELAY"))
	if err != nil { // none, or what the services refuse to start with
		return stopStageWithin
	}
	return stopStageWithin + delay
}

func (c Config) docker() bool { return c.env("INFRA") == "docker" }

func (c Config) wants(service string) bool {
	return len(c.Only) == 0 || slices.Contains(c.Only, service)
}

func (c Config) check() error {
	known := serviceNames()
	for _, name := range c.Only {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%w: %q is none of %s", errUnknownService, name, strings.Join(known, ", "))
		}
	}
	if infra := c.env("INFRA"); infra != "" && infra != "docker" {
		return fmt.Errorf("%w: INFRA=%q", errUnknownInfra, infra)
	}
	return nil
}

// Limits of the steps. The whole of a stop is promised within 10 s: services
// and edge have nothing to wait for at home, stores write down what they have.
const (
	serviceReadyWithin = 90 * time.Second
	edgeReadyWithin    = 10 * time.Second
	storeReadyWithin   = 2 * time.Minute
	migrateWithin      = 2 * time.Minute
	buildWithin        = 10 * time.Minute
	seedWithin         = 5 * time.Minute
	stopStageWithin    = 3 * time.Second
)
