package serviceclient

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Config is what a Transport is made of.
type Config struct {
	// Target names the neighbour, for errors and metrics.
	Target  string
	Profile Profile
	// Addresses are where its replicas are. Requests to the first go to each in
	// turn, and an open breaker looks there whether the target is ready again;
	// without them requests go where they say, and it does not look.
	Addresses Addresses
	// Now is the clock.
	Now func() time.Time
	// Observer hears what happens; it may be nil.
	Observer Observer
	// Base makes single attempts; nil is a connection pool of its own.
	Base http.RoundTripper
	// Trace wraps Base to give each attempt a span; nil where nothing is traced.
	Trace func(next http.RoundTripper) http.RoundTripper
	// Random gives numbers from 0 to 1 for jitter; nil is math/rand.
	Random func() float64
}

// Transport makes the calls to one target. Each target has its own, and all
// clients of a target share it. It is safe for concurrent use.
type Transport struct {
	target   string
	profile  Profile
	now      func() time.Time
	observer Observer
	pool     http.RoundTripper // attempts, untraced
	base     http.RoundTripper
	home     Addresses
	random   func() float64

	limiter *limiter
	breaker *breaker
	budget  *budget
	usual   usualTime
}

// NewTransport is a Transport whose breaker is closed.
func NewTransport(config Config) *Transport {
	t := &Transport{
		target: config.Target, profile: config.Profile, now: config.Now,
		observer: config.Observer, pool: config.Base, home: config.Addresses, random: config.Random,
	}
	if t.observer == nil {
		t.observer = deaf{}
	}
	if t.pool == nil {
		t.pool = newPool()
	}
	var ready func(context.Context) bool
	if base := t.home.Base(); base != "" {
		t.pool = &atHome{Replicas: NewReplicas(t.home, t.pool, t.now), host: t.home.urls[0].Host}
		ready = t.isReady
	}
	t.base = t.pool
	if config.Trace != nil {
		t.base = config.Trace(t.pool)
	}
	if t.random == nil {
		t.random = rand.Float64
	}
	t.limiter = newLimiter(t.target, t.profile.Limiter, t.now)
	t.breaker = newBreaker(t.target, t.profile.Breaker, t.now, t.observer, ready)
	t.budget = newBudget(t.profile.Budget, t.now)
	return t
}

// NewClient is an http.Client over a Transport. It follows no redirect: who
// asks is not passed on to where a neighbour points.
func NewClient(config Config) *http.Client {
	return &http.Client{
		Transport:     NewTransport(config),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Clients are those of one service, which end with it. The zero value has none.
type Clients struct{ made []*http.Client }

// New is NewClient, remembered. It is for the time of putting together, which is
// one goroutine.
func (c *Clients) New(config Config) *http.Client {
	client := NewClient(config)
	c.made = append(c.made, client)
	return client
}

// Close closes their connections and ends what runs for them. Calls can still be
// made.
func (c *Clients) Close() {
	for _, client := range c.made {
		client.CloseIdleConnections()
	}
}

func newPool() *http.Transport {
	const (
		connectWithin = time.Second
		keepAlive     = 15 * time.Second
		idle          = 4 * time.Second // less than a server goes on serving when it is to stop
		connections   = 256
		idleMost      = 64
		headerBytes   = 64 << 10
	)
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectWithin, KeepAlive: keepAlive}).DialContext,
		TLSHandshakeTimeout: connectWithin, IdleConnTimeout: idle,
		MaxConnsPerHost: connections, MaxIdleConnsPerHost: idleMost, MaxIdleConns: idleMost,
		MaxResponseHeaderBytes: headerBytes,
	}
}

// RoundTrip implements http.RoundTripper. An answer of any status is returned
// as it is, with its body in memory. It fails with *NotMadeError, with the
// context's error, or with what went wrong in the last attempt.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	begin := t.now()
	ctx, cancel := t.withDeadline(r.Context())
	defer cancel()
	r = r.Clone(ctx)
	addOutgoing(ctx, r.Method, r.Header)
	if r.Body != nil {
		defer r.Body.Close() //nolint:errcheck // its reader has seen the end or does not care
	}
	response, outcome, attempts, err := t.guarded(ctx, r, begin)
	t.observer.Ended(t.target, outcome, attempts, t.now().Sub(begin))
	return response, err
}

func (t *Transport) guarded(ctx context.Context, r *http.Request, begin time.Time) (*http.Response, Outcome, int, error) {
	if err := t.limiter.take(ctx); err != nil {
		return nil, notMade(err), 0, err
	}
	report, err := t.breaker.admit()
	if err != nil {
		return nil, notMade(err), 0, err
	}
	outcome := Abandoned // where something panics
	started := t.now()
	defer func() { report(outcome, t.now().Sub(started)) }()
	response, attempts, err := t.withRetries(ctx, r)
	outcome = t.outcomeOf(ctx, response, err, begin)
	return response, outcome, attempts, err
}

// outcomeOf judges a call. A deadline that passes is a failure of the target,
// unless the caller came with less time than such a call takes.
func (t *Transport) outcomeOf(ctx context.Context, response *http.Response, err error, begin time.Time) Outcome {
	switch {
	case err == nil && isFailure(response):
		return Failed
	case err == nil, errors.Is(err, ErrBodyTooLarge):
		return Answered
	case errors.Is(ctx.Err(), context.Canceled):
		return Abandoned
	case ctx.Err() != nil:
		if deadline, _ := ctx.Deadline(); deadline.Sub(begin) < t.usual.get() {
			return Abandoned
		}
	}
	return Failed
}

func notMade(err error) Outcome {
	if refused, ok := errors.AsType[*NotMadeError](err); ok {
		return refused.Outcome
	}
	return Abandoned // it left while it waited for its turn
}

func (t *Transport) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, t.profile.CallTimeout)
}

// State is whether the breaker lets calls through now.
func (t *Transport) State() State { return t.breaker.current() }

// CloseIdleConnections closes what is kept open for later calls, and ends the
// looking at a target whose breaker is open.
func (t *Transport) CloseIdleConnections() {
	t.breaker.stopLooking()
	closeIdle(t.pool)
}
