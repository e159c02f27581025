package smoke

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/session"
)

// Config says which fleet, and where to report to.
type Config struct {
	Edge string
	Out  io.Writer
	// SearchWithin and ActivityWithin are how far the projections may be behind;
	// 0 means what the contract promises.
	SearchWithin, ActivityWithin time.Duration
}

const (
	searchWithin   = 2 * time.Second
	activityWithin = 5 * time.Second
	lookEvery      = 50 * time.Millisecond
	stepWithin     = 30 * time.Second
	// othersWithin is when others see a write in feeds and pages.
	othersWithin = time.Second
)

// step is one sentence of the story.
type step struct {
	what string
	do   func(ctx context.Context, s *story) error
}

// story is what the steps hand on.
type story struct {
	Config
	transport *http.Transport
	word      string // nobody else's, so that search finds only this story
	author    person
	reader    person
	post      int64
	comment   int64
	picture   string
}

// person is one of the two.
type person struct {
	*session.Session
	id                      int64
	email, handle, password string
}

// Run walks the story; it ends with the first step that fails, whose error says
// what was expected and what came.
func Run(ctx context.Context, config Config) error {
	if config.SearchWithin == 0 {
		config.SearchWithin = searchWithin
	}
	if config.ActivityWithin == 0 {
		config.ActivityWithin = activityWithin
	}
	s := &story{Config: config, transport: &http.Transport{}, word: "smoke" + strings.ToLower(rand.Text()[:10])}
	defer s.transport.CloseIdleConnections()
	began := time.Now()
	for _, step := range steps {
		if err := s.walk(ctx, step); err != nil {
			return err
		}
	}
	fmt.Fprintf(config.Out, "%d steps in %.1f s\n", len(steps), time.Since(began).Seconds())
	return nil
}

func (s *story) walk(ctx context.Context, step step) error {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	began := time.Now()
	err := step.do(ctx, s)
	took := time.Since(began).Round(100 * time.Microsecond)
	if err != nil {
		fmt.Fprintf(s.Out, "FAIL  %-58s %10s\n", step.what, took)
		return fmt.Errorf("%s: %w", step.what, err)
	}
	fmt.Fprintf(s.Out, "ok    %-58s %10s\n", step.what, took)
	return nil
}

// UnexpectedError is an answer that is not what the story needs.
type UnexpectedError struct{ Want, Got string }

func (u *UnexpectedError) Error() string { return fmt.Sprintf("expected %s, got %s", u.Want, u.Got) }

// expect is nil when the condition holds.
func expect(holds bool, want string, got any) error {
	if holds {
		return nil
	}
	return &UnexpectedError{Want: want, Got: fmt.Sprintf("%+v", got)}
}

// eventually asks until check is satisfied, and fails with its last answer when
// the time is over. A failed request fails at once.
func eventually(ctx context.Context, within time.Duration, check func(ctx context.Context) (error, error)) error {
	deadline, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		unmet, err := check(ctx)
		if err != nil || unmet == nil {
			return err
		}
		select {
		case <-deadline.Done():
			return fmt.Errorf("within %s: %w", within, unmet)
		case <-ticker.C:
		}
	}
}
