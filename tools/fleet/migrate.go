package fleet

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

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
	args := []string{command}
	env, err := f.commandEnvironment(s, args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	log := supervisor.NewTail(f.console.writer(s.name))
	if err := f.await(ctx, s, args, env, log); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%w; its last output:\n%s", err, log)
	}
	return nil
}
