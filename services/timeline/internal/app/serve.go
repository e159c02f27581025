package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	topicsEvery    = time.Hour
	topicDaysAhead = 2
	lettersEvery   = time.Minute
	shortStopLimit = 10 * time.Second
)

// serve runs the service until ctx ends. Components stop in reverse: requests
// end before the reads that they made are flushed.
func serve(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	group := process.NewGroup(max(s.server.StopLimit(), shortStopLimit))
	group.AddLoop("traces", s.tracing.Run)
	group.AddLoop("signing keys", s.keys.Run)
	group.AddLoop("topics", s.keepTopics)
	group.AddLoop("reads", s.reads.Run)
	group.AddLoop("activities", s.activities.Run)
	group.AddLoop("letters", s.retryLetters)
	group.Add("admin", s.server.RunAdmin(s.registry))
	group.Add("http", s.server.Run)
	slog.InfoContext(ctx, "starting", "build", process.Build().String())
	return group.Run(ctx)
}

// keepTopics makes the topics of the next days, at the start and each hour. A
// failure is logged: a producer that misses a topic makes it by itself.
func (s *service) keepTopics(ctx context.Context) error {
	return process.Every(ctx, "ensure topics", topicsEvery, func(ctx context.Context) error {
		var names []string
		for day := range topicDaysAhead + 1 {
			names = append(names, kafka.DailyTopic(s.topicPrefix, now().AddDate(0, 0, day)))
		}
		if _, err := s.topics.EnsureTopics(ctx, s.topicSpec, names...); err != nil {
			return fmt.Errorf("ensure topics: %w", err)
		}
		return nil
	})
}

// retryLetters tries what could not be applied, each minute: a newer release
// may know better.
func (s *service) retryLetters(ctx context.Context) error {
	return process.Every(ctx, "retry dead letters", lettersEvery, s.tryLetters)
}

func (s *service) tryLetters(ctx context.Context) error {
	return s.letters.Tend(ctx, s.retry, func(left listenerletter.Counts) {
		s.unapplied.Set(left.Waiting, left.Parked, left.Oldest, now())
	})
}

// drainDeadLetters tries the records that could not be applied once more. It
// ends when none is due; parked ones stay.
func drainDeadLetters(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	sum, err := s.letters.Drain(ctx, s.retry)
	slog.InfoContext(ctx, "drained", "applied", sum.Applied, "failed", sum.Failed, "parked", sum.Parked)
	return err
}

// rebuild has every stored feed built again from the database when it is next
// read, while the service serves.
func rebuild(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	feeds, err := s.feeds.ForgetAll(ctx)
	slog.InfoContext(ctx, "feeds forgotten", "feeds", feeds)
	return err
}
