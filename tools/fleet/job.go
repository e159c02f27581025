package fleet

import (
	"context"
	"time"
)

// job is a subcommand that a cluster runs as a CronJob.
type job struct {
	command string
	every   time.Duration
}

const (
	minutely  = time.Minute
	hourly    = time.Hour
	daily     = 24 * time.Hour
	jobWithin = 10 * time.Minute
)

// startJobs runs each job at its interval until the fleet stops. A job never
// runs twice at once; one that fails is said and waits for its next turn.
func (f *Fleet) startJobs() {
	ctx, cancel := context.WithCancel(context.Background())
	f.cancelJobs = cancel
	for _, s := range f.services() {
		for _, j := range s.jobs {
			f.jobs.Go(func() { f.repeat(ctx, s, j) })
		}
	}
}

func (f *Fleet) repeat(ctx context.Context, s service, j job) {
	ticker := time.NewTicker(j.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := f.run(ctx, s, j.command, jobWithin); err != nil && ctx.Err() == nil {
			f.console.shout("job failed: %v", err)
		}
	}
}
