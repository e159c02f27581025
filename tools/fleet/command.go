package fleet

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

// Command runs a subcommand of a service to its end beside the running fleet, as
// an operator of a cluster runs it in a pod: with the settings, secrets and rights
// that the service has there. What it prints goes to Config.Out. Where Up was given
// stores, Config.Environ must name them too.
// Fails with ErrNotRunning, with an unknown service, and with how the subcommand
// ended; ctx kills it.
func Command(ctx context.Context, config Config, service string, args ...string) error {
	config.Only = []string{service}
	if err := config.check(); err != nil {
		return err
	}
	state, err := runningState(config)
	if err != nil {
		return err
	}
	f := &Fleet{config: config, layout: config.layout(), stores: state.Stores}
	if f.secrets, err = readSecrets(f.layout.secrets()); err != nil {
		return err
	}
	s := findService(service)
	env, err := f.commandEnvironment(s, args)
	if err != nil {
		return err
	}
	return f.await(ctx, s, args, append(env, state.serviceURLs()...), config.Out)
}

// serviceURLs are the variables that tell where the services really are: the first
// replica of each.
func (s State) serviceURLs() (env []string) {
	for _, name := range serviceNames() {
		if url := s.URLs[name]; url != "" {
			env = append(env, strings.ToUpper(name)+"_URL="+url)
		}
	}
	return env
}

// commandEnvironment is what a subcommand is told: what the service is told, and
// how to change the schema only where it is migrate.
func (f *Fleet) commandEnvironment(s service, args []string) ([]string, error) {
	env, err := f.environment(f.config.replicas(s)[0])
	if err != nil || s.mysql == "" || !slices.Equal(args, []string{"migrate"}) {
		return env, err
	}
	dsn, err := f.migrateDSN()
	if err != nil {
		return nil, err
	}
	return append(env, "MYSQL_MIGRATE_DSN="+dsn), nil
}

// await starts a subcommand and waits for its end, or kills it when ctx ends.
func (f *Fleet) await(ctx context.Context, s service, args, env []string, log io.Writer) error {
	name := s.name + " " + strings.Join(args, " ")
	process, err := child.Start(child.Spec{
		Name: name, Path: f.path(s.name), Args: args, Env: env, Dir: f.layout.local, Log: log,
	})
	if err != nil {
		return err
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		_ = process.Kill() // the context's error says more
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if err := process.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
