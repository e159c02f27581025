package serviceclient

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// withRetries sends the request up to Retry.Attempts times.
func (t *Transport) withRetries(ctx context.Context, r *http.Request) (response *http.Response, attempts int, err error) {
	t.budget.call()
	for attempts = 1; ; attempts++ {
		response, err = t.attempt(ctx, r)
		if attempts >= t.profile.Retry.Attempts || !mayRepeat(r, err) || !isPassing(ctx, response, err) {
			return response, attempts, err
		}
		wait := t.beforeRetry(response)
		if !t.hasTime(ctx, wait) {
			return response, attempts, err
		}
		granted := t.budget.take()
		t.observer.Retried(t.target, granted)
		if !granted {
			return response, attempts, err
		}
		if stopped := pause(ctx, wait); stopped != nil {
			return nil, attempts, errors.Join(stopped, err)
		}
	}
}

// mayRepeat says whether doing it twice is doing it once: it reads, has a key,
// or was not sent the first time. As for net/http, a key that is there and empty
// stands for a request that changes nothing whatever its method, and is not sent.
func mayRepeat(r *http.Request, err error) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	_, keyed := r.Header["Idempotency-Key"]
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == "" || keyed || NotSent(err)
}

// isPassing says whether another attempt may end better: no connection, no
// answer in time, 502, 503, 504.
func isPassing(ctx context.Context, response *http.Response, err error) bool {
	if err != nil {
		return ctx.Err() == nil && !errors.Is(err, ErrBodyTooLarge)
	}
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// beforeRetry is full jitter around Retry.Wait, and not before Retry-After.
func (t *Transport) beforeRetry(response *http.Response) time.Duration {
	wait := time.Duration(2 * t.random() * float64(t.profile.Retry.Wait))
	if response == nil {
		return wait
	}
	return max(wait, retryAfter(response.Header, t.now()))
}

// hasTime says whether an attempt that starts after wait can be expected to end
// before the deadline.
func (t *Transport) hasTime(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || deadline.Sub(t.now())-wait > t.usual.get()
}

// retryAfter reads the header, in seconds or as a date; 0 where there is none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if date, err := http.ParseTime(value); err == nil {
		return max(date.Sub(now), 0)
	}
	return secondsOf(value)
}

// secondsOf reads whole seconds, of at most a day; 0 for anything else.
func secondsOf(value string) time.Duration {
	const longest = 24 * 60 * 60
	seconds, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return 0
	}
	return time.Duration(min(seconds, longest)) * time.Second
}
