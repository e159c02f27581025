package fleet

import (
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// restart is how soon a part that ended is started again.
func (c Config) restart() supervisor.Backoff {
	if c.Restart == (supervisor.Backoff{}) {
		return supervisor.DefaultBackoff()
	}
	return c.Restart
}

// storesOf is what a part is told of the stores.
func (f *Fleet) storesOf(part string) Stores {
	if f.config.Via == nil {
		return f.stores
	}
	return f.config.Via(part, f.stores)
}

// Spec is how the replica of that number (from 1) of a service is run by hand: one
// more that serves, or a subcommand. Nobody starts it again; a running fleet must not
// have a replica of that number where it listens on ports.
func (f *Fleet) Spec(service string, number int, args ...string) (child.Spec, error) {
	for _, s := range f.services() {
		if s.name != service {
			continue
		}
		r := replica{service: s, number: number, port: s.port + f.config.PortOffset + (number-1)*replicaStep}
		env, err := f.environment(r)
		if err != nil {
			return child.Spec{}, err
		}
		return child.Spec{
			Name: r.id(), Path: f.path(s.name), Args: args, Env: env, Dir: f.layout.local, Log: f.console.writer(r.id()),
		}, nil
	}
	return child.Spec{}, fmt.Errorf("%w: %q", errUnknownService, service)
}
