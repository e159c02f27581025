package serviceclient

import "time"

// Profile is how a neighbour is treated. All of it is data; the three below are
// the tables of spec 12.
type Profile struct {
	Limiter LimiterProfile
	Breaker BreakerProfile
	Retry   RetryProfile
	Budget  BudgetProfile
	// CallTimeout ends a call whose context has no deadline.
	CallTimeout time.Duration
	// MaxBody is the largest answer in bytes.
	MaxBody int64
}

// LimiterProfile bounds calls to one target.
type LimiterProfile struct {
	// PerSecond is the rate, and how many may start at once after a pause.
	PerSecond int
	// Wait is how long a call may wait for its turn; 0 refuses at once.
	Wait time.Duration
}

// BreakerProfile says when a target is left alone. Rates are over the last
// Window calls; without a window it never is.
type BreakerProfile struct {
	Window, MinCalls            int
	FailurePercent, SlowPercent int
	// SlowIs is how long a call takes that counts as slow, answered or not.
	SlowIs time.Duration
	// OpenFor is how long it is open at most.
	OpenFor time.Duration
	// LookEvery is how often an open breaker looks whether its target is ready
	// again, and lets trials through at once when it is; 0 leaves that out. After
	// trials that went wrong the first look is twice as late as the time before,
	// up to LookAtLatest.
	LookEvery, LookAtLatest time.Duration
	// HalfOpenCalls are let through after that; by the same percentages of
	// them the breaker closes or opens again.
	HalfOpenCalls int
}

// RetryProfile says what is tried again.
type RetryProfile struct {
	// Attempts in all.
	Attempts int
	// Wait is the middle of the time before another: uniform from 0 to twice that.
	Wait time.Duration
	// AttemptTimeout ends one attempt. It is longer than SlowIs of the breaker,
	// so that slow answers are still seen.
	AttemptTimeout time.Duration
}

// BudgetProfile bounds retries over all calls, so that they cannot multiply an outage.
type BudgetProfile struct {
	// Percent of the calls within Over (whole seconds) may be retries.
	Percent int
	Over    time.Duration
	// AtLeast is how many retries there may be within Over however few calls
	// there are: 10 percent of one call would be none, for ever.
	AtLeast int
}

const (
	inboundDeadline = 10 * time.Second
	largestAnswer   = 16 << 20
	// Together with a look, less than the 5 s after which everything is to work
	// again when what was missing is back.
	lookEvery    = time.Second
	lookAtLatest = 3 * time.Second
)

func usualBudget() BudgetProfile {
	return BudgetProfile{Percent: 10, Over: 10 * time.Second, AtLeast: 5}
}

// Default is for content, activity and search.
func Default() Profile {
	return Profile{
		Limiter: LimiterProfile{PerSecond: 100, Wait: 0},
		Breaker: BreakerProfile{
			Window: 100, MinCalls: 10, FailurePercent: 50, SlowPercent: 80, SlowIs: 5 * time.Second,
			OpenFor: 60 * time.Second, HalfOpenCalls: 10, LookEvery: lookEvery, LookAtLatest: lookAtLatest,
		},
		Retry:       RetryProfile{Attempts: 3, Wait: 500 * time.Millisecond, AttemptTimeout: 6 * time.Second},
		Budget:      usualBudget(),
		CallTimeout: inboundDeadline, MaxBody: largestAnswer,
	}
}

// Critical is for timeline and member: it gives up early and comes back early
// (the retry "fast" of spec 12).
func Critical() Profile {
	return Profile{
		Limiter: LimiterProfile{PerSecond: 200, Wait: 100 * time.Millisecond},
		Breaker: BreakerProfile{
			Window: 50, MinCalls: 5, FailurePercent: 40, SlowPercent: 70, SlowIs: 3 * time.Second,
			OpenFor: 30 * time.Second, HalfOpenCalls: 5, LookEvery: lookEvery, LookAtLatest: lookAtLatest,
		},
		Retry:       RetryProfile{Attempts: 2, Wait: 300 * time.Millisecond, AttemptTimeout: 4 * time.Second},
		Budget:      usualBudget(),
		CallTimeout: inboundDeadline, MaxBody: largestAnswer,
	}
}

// Bulk is for image: large and slow by nature (the retry and the limiter
// "conservative" of spec 12).
func Bulk() Profile {
	return Profile{
		Limiter: LimiterProfile{PerSecond: 50, Wait: 0},
		Breaker: BreakerProfile{
			Window: 200, MinCalls: 20, FailurePercent: 60, SlowPercent: 85, SlowIs: 10 * time.Second,
			OpenFor: 120 * time.Second, HalfOpenCalls: 10, LookEvery: lookEvery, LookAtLatest: lookAtLatest,
		},
		Retry:       RetryProfile{Attempts: 2, Wait: time.Second, AttemptTimeout: 15 * time.Second},
		Budget:      usualBudget(),
		CallTimeout: 3 * inboundDeadline, MaxBody: largestAnswer,
	}
}

// Polling is for one loop that asks again and again, at its own pace and with
// pauses of its own after failures, such as the one that fetches keys. A breaker
// would only keep it from seeing that its target is back, and retries would
// double what it does itself.
func Polling() Profile {
	return Profile{
		Limiter:     LimiterProfile{PerSecond: 10, Wait: 0},
		Retry:       RetryProfile{Attempts: 1, AttemptTimeout: 2 * time.Second},
		Budget:      usualBudget(),
		CallTimeout: 3 * time.Second, MaxBody: largestAnswer,
	}
}
