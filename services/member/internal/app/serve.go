package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	sampleEvery   = 15 * time.Second
	cleanEvery    = time.Hour
	announceEvery = 200 * time.Millisecond
	// scanEvery is how often revocations are looked for that another process
	// could not announce before it died.
	scanEvery      = 5 * time.Second
	removeEvery    = time.Second
	purgeEvery     = time.Second
	topicsEvery    = time.Hour
	shortStopLimit = 10 * time.Second
)

// serve runs the service until ctx ends. Components stop in reverse: requests
// end before the publisher flushes, and that before the pools close.
func serve(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	group := process.NewGroup(max(s.server.StopLimit(), shortStopLimit))
	group.AddLoop("traces", s.tracing.Run)
	group.Add("admin", s.server.RunAdmin(s.registry))
	group.AddLoop("signing keys", s.keepKeys)
	group.AddLoop("verification keys", s.keys.Run)
	for _, c := range s.background(cfg) {
		group.AddLoop(c.name, c.run)
	}
	group.Add("http", s.server.Run)
	slog.InfoContext(ctx, "starting", "build", process.Build().String())
	return group.Run(ctx)
}

// component is a loop that works beside the requests.
type component struct {
	name string
	run  func(ctx context.Context) error
}

func (s *service) background(cfg config.Config) []component {
	return []component{
		{"password helpers", s.helpers.Run},
		{"publisher", s.publisher.Run},
		{"drain", func(ctx context.Context) error { return s.drain.Run(ctx, cfg.DrainInterval) }},
		{"topics", s.keepTopics},
		{"signals", s.signals.Run},
		{"announcements", s.announceRevocations},
		{"pictures", func(ctx context.Context) error {
			return process.Every(ctx, "remove pictures", removeEvery, s.untilIdle(func(ctx context.Context) (bool, error) {
				n, err := s.removals.RemoveDue(ctx)
				return n > 0, err
			}))
		}},
		{"follower purge", func(ctx context.Context) error {
			return process.Every(ctx, "purge followers", purgeEvery, s.untilIdle(s.accounts.PurgeFollowers))
		}},
		{"housekeeping", s.keepHouse},
	}
}

// untilIdle repeats work while there is any.
func (s *service) untilIdle(work func(ctx context.Context) (worked bool, err error)) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		for ctx.Err() == nil {
			worked, err := work(ctx)
			if err != nil || !worked {
				return err
			}
		}
		return nil
	}
}

// keepKeys waits until a key can sign, making the first one where there is none,
// and then keeps up with the table. The server is live meanwhile, and not ready.
func (s *service) keepKeys(ctx context.Context) error {
	err := process.WaitFor(ctx, "signing key", func(ctx context.Context) error {
		if _, err := s.rotator.EnsureFirst(ctx); err != nil {
			return err
		}
		return s.ring.Reload(ctx)
	})
	if err != nil {
		return err
	}
	s.signing.Store(true)
	return process.Every(ctx, "reload keys", s.reloadKeys, s.ring.Reload)
}

// keepTopics makes the topics of the next days, at the start and each hour. A
// failure is logged: a producer that misses a topic makes it by itself.
// Where events go by calls there are none.
func (s *service) keepTopics(ctx context.Context) error {
	if s.topics == nil {
		<-ctx.Done()
		return nil
	}
	return process.Every(ctx, "ensure topics", topicsEvery, s.ensureTopics)
}

// announceRevocations repeats to Redis what it has not taken. At the start, and
// whenever Redis was away since the last time, everything is told again that
// could still matter: Redis may be back with an older state of itself.
func (s *service) announceRevocations(ctx context.Context) error {
	repeat := &announcing{service: s}
	return process.Every(ctx, "announce revocations", announceEvery, repeat.step)
}

// announcing is what one process knows of what Redis has been told.
type announcing struct {
	service *service
	// failures were counted when everything was told last; told is false while
	// Redis is away, and before the first time.
	failures uint64
	told     bool
	scanned  time.Time
}

func (a *announcing) step(ctx context.Context) error {
	s := a.service
	if !s.redisAnswers(ctx) { // nothing to be done until it does
		a.told = false
		return nil
	}
	failures := s.announcer.Failures()
	if a.told && failures == a.failures && now().Sub(a.scanned) < scanEvery {
		return nil
	}
	a.scanned = now()
	if _, err := s.announcements.AnnounceLeft(ctx); err != nil {
		return err
	}
	if a.told && failures == a.failures {
		return nil
	}
	n, err := s.announcements.AnnounceAll(ctx)
	if err != nil {
		return err
	}
	a.told, a.failures = true, failures
	slog.InfoContext(ctx, "revocations announced", "sessions", n)
	return nil
}

func (s *service) redisAnswers(ctx context.Context) bool { return s.redis.Ping(ctx) == nil }

// keepHouse measures the table of events and removes what is not kept.
func (s *service) keepHouse(ctx context.Context) error {
	var cleaned time.Time
	return process.Every(ctx, "housekeeping", sampleEvery, func(ctx context.Context) error {
		if err := s.letters.Sample(ctx, s.deadLetters); err != nil {
			return err
		}
		if now().Sub(cleaned) < cleanEvery {
			return nil
		}
		cleaned = now()
		_, err := s.deadLetters.Expire(ctx, now().Add(-deadletter.ParkedLife), deadletter.LogArchive{})
		return errors.Join(err, s.clean(ctx))
	})
}
