package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/support/testenv/server"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// Up starts a fleet and returns when all of it serves:
//
//	build · get what is missing → stores → accounts → migrations → grants → services → edge → seed → jobs
//
// When a step fails everything is stopped again. The caller must Stop what it
// got.
func Up(ctx context.Context, config Config) (*Fleet, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	f, err := open(config)
	if err != nil {
		return nil, err
	}
	if err := f.start(ctx); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // what was broken off by it is not the cause
		}
		return nil, errors.Join(err, f.Stop())
	}
	return f, nil
}

func open(config Config) (*Fleet, error) {
	f := &Fleet{config: config, layout: config.layout(), began: time.Now()}
	f.stop = sync.OnceValue(f.stopAll)
	if err := f.layout.make(); err != nil {
		return nil, err
	}
	var err error
	if f.lock, err = takeLock(f.layout.lock()); err != nil {
		return nil, err
	}
	f.console = newConsole(config.Out, config.Color, f.layout.log)
	f.supervisor = supervisor.New(supervisor.Config{Backoff: config.restart(), Report: f.report})
	if f.secrets, err = loadSecrets(f.layout.secrets()); err != nil {
		return nil, errors.Join(err, f.console.close(), f.lock.release())
	}
	f.state = State{Pid: os.Getpid(), Edge: config.edgeURL(), URLs: map[string]string{}}
	return f, nil
}

func (f *Fleet) start(ctx context.Context) error {
	if err := f.checkPorts(); err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return f.timed("build", func() error { return f.build(groupCtx) }) })
	group.Go(func() error { return f.startStores(groupCtx) })
	if err := group.Wait(); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		f.prepareData, f.startServices, f.startEdge, f.seedOnce,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if f.config.Jobs {
		f.startJobs()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.Ready, f.state.Started = true, time.Now()
	f.saveState()
	return nil
}

// prepareData makes users, tables and indexes.
func (f *Fleet) prepareData(ctx context.Context) error {
	return f.timed("migrate", func() error {
		if f.ownAccounts() {
			if err := f.prepareAccounts(ctx); err != nil {
				return err
			}
		}
		if err := f.migrate(ctx); err != nil {
			return err
		}
		if !f.ownAccounts() {
			return nil
		}
		return f.grantTables(ctx)
	})
}

func (f *Fleet) startStores(ctx context.Context) error {
	if f.config.docker() {
		part, err := f.dockerStores()
		if err != nil {
			return err
		}
		return f.stage(ctx, part)
	}
	own := f.ownStores()
	parts, kinds := make([]supervisor.Named, len(own)), make([]server.Kind, len(own))
	for i, s := range own {
		parts[i], kinds[i] = supervisor.Named{Name: string(s.kind), Part: s}, s.kind
	}
	install := func() error { return server.Ensure(ctx, f.console.writer("install"), kinds...) }
	if err := f.timed("install", install); err != nil {
		return fmt.Errorf("%w\n(with Docker, INFRA=docker needs nothing else)", err)
	}
	if err := f.stage(ctx, parts...); err != nil {
		return err
	}
	for _, s := range own {
		s.set(&f.stores, s.addr)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.Stores = f.stores
	return nil
}

func (f *Fleet) startServices(ctx context.Context) error {
	var parts []supervisor.Named
	for _, s := range f.services() {
		for _, r := range f.config.replicas(s) {
			env, err := f.environment(r)
			if err != nil {
				return err
			}
			parts = append(parts, f.program(r.id(), s.name, []string{"serve"}, env, r.url()+"/healthcheck/ready", serviceReadyWithin))
			f.mu.Lock()
			f.state.URLs[r.id()] = r.url()
			f.mu.Unlock()
		}
	}
	return f.stage(ctx, parts...)
}

func (f *Fleet) startEdge(ctx context.Context) error {
	url := fmt.Sprintf("http://127.0.0.1:%d/.well-known/jwks.json", edgePort+f.config.PortOffset)
	if !f.config.wants("member") {
		url = ""
	}
	return f.stage(ctx, f.program("edge", "edge", nil, f.edgeEnvironment(), url, edgeReadyWithin))
}

// program is a part that is one of our programs and tells by HTTP when it serves.
func (f *Fleet) program(id, name string, args, env []string, readyURL string, within time.Duration) supervisor.Named {
	p := &supervisor.Program{
		Spec: child.Spec{
			Name: id, Path: f.path(name), Args: args, Env: env, Dir: f.layout.local, Log: f.console.writer(id),
		},
		ReadyWithin: within,
	}
	if readyURL != "" {
		p.Probe = func(ctx context.Context) error { return probe(ctx, readyURL) }
	}
	return supervisor.Named{Name: id, Part: p}
}

// path is where a program is.
func (f *Fleet) path(program string) string {
	if f.config.Programs != "" {
		return filepath.Join(f.config.Programs, program)
	}
	return filepath.Join(f.layout.bin(), program)
}

var errNotReady = errors.New("not ready")

// prober keeps no connections: a probe must not find an old process alive.
var prober = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// probe asks a health endpoint; its body says what is missing.
func probe(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	response, err := prober.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s answers %s", errNotReady, url, response.Status)
	}
	return nil
}

// sayEvery is how often a stage that takes long says what it waits for.
const sayEvery = 5 * time.Second

// stage starts parts and says from time to time which are still missing.
func (f *Fleet) stage(ctx context.Context, parts ...supervisor.Named) error {
	started := make(chan error, 1)
	go func() { started <- f.supervisor.Start(ctx, parts...) }()
	ticker := time.NewTicker(sayEvery)
	defer ticker.Stop()
	for {
		select {
		case err := <-started:
			return err
		case <-ticker.C:
			f.console.say("waiting for %s", strings.Join(f.unready(), ", "))
		}
	}
}

func (f *Fleet) unready() []string {
	var names []string
	for _, s := range f.supervisor.Statuses() {
		if s.State != supervisor.Ready {
			names = append(names, fmt.Sprintf("%s (%.0f s)", s.Name, time.Since(s.Since).Seconds()))
		}
	}
	return names
}

// ErrPortsTaken is in the error of a fleet whose ports others use.
var ErrPortsTaken = errors.New("somebody else listens on ports of the fleet")

// checkPorts fails before anything is started, and names all ports at once.
func (f *Fleet) checkPorts() error {
	wanted := map[int]string{edgePort + f.config.PortOffset: "edge"}
	for _, s := range f.services() {
		for _, r := range f.config.replicas(s) {
			wanted[r.port], wanted[r.port+adminStep] = r.id(), r.id()+"'s metrics"
		}
	}
	for _, d := range storeDefinitions {
		if f.config.env(d.env) == "" && !f.config.docker() { // a container of the last time may run
			wanted[d.port+f.config.PortOffset] = string(d.kind)
		}
	}
	var taken []string
	for port, who := range wanted {
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			taken = append(taken, fmt.Sprintf("%d (%s)", port, who))
			continue
		}
		if err := listener.Close(); err != nil {
			return fmt.Errorf("probe port %d: %w", port, err)
		}
	}
	if len(taken) > 0 {
		return fmt.Errorf("%w: %s; stop it, or choose others with --port-offset", ErrPortsTaken, strings.Join(taken, ", "))
	}
	return nil
}
