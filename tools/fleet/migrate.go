package fleet

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// migrate brings each owner's tables, collections and indexes up to date, the
// owners side by side.
func (f *Fleet) migrate(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range f.services() {
		if s.migrates {
			group.Go(func() error { return f.run(ctx, s, "migrate", migrateWithin) })
		}
	}
	return group.Wait()
}

// run runs a subcommand of a service to its end. It may change the schema only
// when it is migrate.
func (f *Fleet) run(ctx context.Context, s service, command string, within time.Duration) error {
	env, err := f.environment(f.config.replicas(s)[0])
	if err != nil {
		return err
	}
	if command == "migrate" && s.mysql != "" {
		dsn, err := f.migrateDSN()
		if err != nil {
			return err
		}
		env = append(env, "MYSQL_MIGRATE_DSN="+dsn)
	}
	log := supervisor.NewTail(f.console.writer(s.name))
	process, err := child.Start(child.Spec{
		Name: s.name + " " + command, Path: f.path(s.name), Args: []string{command},
		Env: env, Dir: f.layout.local, Log: log,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case <-process.Done():
	case <-ctx.Done():
		_ = process.Kill() // the context's error says more
		return fmt.Errorf("%s %s: %w", s.name, command, ctx.Err())
	}
	if err := process.Err(); err != nil {
		return fmt.Errorf("%s %s: %w; its last output:\n%s", s.name, command, err, log)
	}
	return nil
}
