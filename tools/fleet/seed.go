package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/seed"
	"github.com/dailyfeed/dailyfeed/tools/smoke"
)

// seedNeeds are the services that a seed talks to.
var seedNeeds = []string{"member", "content", "timeline", "image"}

// seedOnce fills the fleet on its first start, with a little.
func (f *Fleet) seedOnce(ctx context.Context) error {
	if !f.config.Seed {
		return nil
	}
	for _, name := range seedNeeds {
		if !f.config.wants(name) {
			f.console.say("no seed without %s", name)
			return nil
		}
	}
	if _, err := os.Stat(f.layout.seeded()); err == nil {
		return nil
	}
	return f.timed("seed", func() error {
		added, err := applySeed(ctx, f.EdgeURL(), f.secrets, seed.Small)
		if err != nil {
			return err
		}
		return writeWhole(f.layout.seeded(), []byte(added.String()+"\n"), 0o644)
	})
}

func applySeed(ctx context.Context, edge string, s secrets, waves int) (seed.Added, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(waves)*seedWithin)
	defer cancel()
	added, err := seed.Apply(ctx, seed.Config{
		Edge: edge, Plan: seed.NewPlan(waves, DemoEmail), Password: s[secretDemoPassword],
	})
	if err != nil {
		return added, fmt.Errorf("seed (so far %s): %w", added, err)
	}
	return added, nil
}

// Seed fills the running fleet with so many waves; what is there stays.
func Seed(ctx context.Context, config Config, waves int) (seed.Added, error) {
	state, err := runningState(config)
	if err != nil {
		return seed.Added{}, err
	}
	s, err := readSecrets(config.layout().secrets())
	if err != nil {
		return seed.Added{}, err
	}
	return applySeed(ctx, state.Edge, s, waves)
}

// Smoke walks the story through the running fleet; see smoke.Run.
func Smoke(ctx context.Context, config Config) error {
	state, err := runningState(config)
	if err != nil {
		return err
	}
	return smoke.Run(ctx, smoke.Config{Edge: state.Edge, Out: config.Out})
}

var errNotReadyYet = errors.New("the fleet is still starting")

// runningState is the state of a fleet that is up.
func runningState(config Config) (State, error) {
	if _, err := holder(config.layout().lock()); err != nil {
		return State{}, err
	}
	state, err := ReadState(config)
	if err == nil && !state.Ready {
		err = errNotReadyYet
	}
	return state, err
}
