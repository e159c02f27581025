package serviceclient

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// limiter bounds the calls to one target.
type limiter struct {
	target  string
	profile LimiterProfile
	now     func() time.Time
	bucket  *rate.Limiter
}

func newLimiter(target string, profile LimiterProfile, now func() time.Time) *limiter {
	return &limiter{target: target, profile: profile, now: now, bucket: rate.NewLimiter(rate.Limit(profile.PerSecond), profile.PerSecond)}
}

// take waits for a turn, if it comes within Wait; else it fails at once with
// *NotMadeError, or with ctx's error.
func (l *limiter) take(ctx context.Context) error {
	now := l.now()
	turn := l.bucket.ReserveN(now, 1)
	wait := turn.DelayFrom(now)
	if !turn.OK() || wait > l.profile.Wait {
		turn.CancelAt(now)
		return &NotMadeError{Target: l.target, Outcome: Limited, RetryAfter: min(wait, time.Second)}
	}
	if wait == 0 {
		return nil
	}
	if err := pause(ctx, wait); err != nil {
		turn.CancelAt(l.now())
		return err
	}
	return nil
}

// pause waits, or fails with ctx's error.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
