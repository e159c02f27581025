// Package scenario measures the fleet against its controls.
package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/dataset"
	"github.com/dailyfeed/dailyfeed/test/load/openloop"
	"github.com/dailyfeed/dailyfeed/test/load/report"
	"github.com/dailyfeed/dailyfeed/test/load/stack"
)

// Bench is a run of scenarios.
type Bench struct {
	*stack.Stack
	Spec   dataset.Spec
	Report *report.Report
	// Pairs is how often each figure is taken.
	Pairs int
	// Rate is requests a second where a scenario does not seek the limit itself.
	Rate float64
	// Requests is how many make one measure.
	Requests int
	// Patience is how long a request that is told to come again (503) does so;
	// without it that is a failure, as every other answer than the one asked for.
	Patience time.Duration
	// MixFor is how long the mix is held.
	MixFor time.Duration
}

// Scenario is a part of a run.
type Scenario struct {
	Name string
	Run  func(ctx context.Context, b *Bench) error
}

// All are the scenarios in their order: the last compares every feed.
func All() []Scenario {
	return []Scenario{
		{"warm", warm},
		{"depth", depth},
		{"cold", cold},
		{"storm", storm},
		{"post", post},
		{"fanout", fanOut},
		{"likes", likes},
		{"mix", mix},
		{"sizes", sizes},
		{"equal", equal},
	}
}

var errAnswer = errors.New("unexpected answer")

// refusalError is an answer that is not the one that was asked for.
type refusalError struct {
	status int
	text   string
}

func (r *refusalError) Error() string { return r.text }

// ask sends one request as a member (0: nobody) and reads the whole answer. A
// patient one that is told to come again does so.
func (b *Bench) ask(ctx context.Context, method, url string, member int64, body []byte) ([]byte, error) {
	began := time.Now()
	for {
		text, err := b.askOnce(ctx, method, url, member, body)
		if !isBusy(err) || time.Since(began) >= b.Patience {
			return text, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		case <-time.After(comeAgain):
		}
	}
}

const (
	// comeAgain is how long a patient request waits.
	comeAgain = 50 * time.Millisecond
	// saturated is the patience of those who seek the limit.
	saturated = 30 * time.Second
)

// isBusy says whether a service has told to come again.
func isBusy(err error) bool {
	var answer *refusalError
	return errors.As(err, &answer) && answer.status == http.StatusServiceUnavailable
}

// patient is b with requests that come again.
func (b *Bench) patient() *Bench {
	p := *b
	p.Patience = max(p.Patience, saturated)
	return &p
}

func (b *Bench) askOnce(ctx context.Context, method, url string, member int64, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if member != 0 {
		token, err := b.Token(member)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := b.Client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // read to its end
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusMultipleChoices {
		err = &refusalError{response.StatusCode, fmt.Sprintf("%s of %s: %.200s", response.Status, url, text)}
	}
	return text, err
}

const homePath = "/api/timeline/posts/followings"

func (b *Bench) home(ctx context.Context, member int64, query string) ([]byte, error) {
	return b.ask(ctx, http.MethodGet, b.URL("timeline")+homePath+query, member, nil)
}

// scrollPage is what a scenario looks at of a page.
type scrollPage struct {
	Data struct {
		Content []struct {
			ID int64 `json:"id"`
		} `json:"content"`
		NextCursor *string `json:"nextCursor"`
	} `json:"data"`
}

func readPage(text []byte) (ids []int64, next string, err error) {
	var page scrollPage
	if err := json.Unmarshal(text, &page); err != nil {
		return nil, "", fmt.Errorf("%w: %w", errAnswer, err)
	}
	for _, post := range page.Data.Content {
		ids = append(ids, post.ID)
	}
	if page.Data.NextCursor != nil {
		next = *page.Data.NextCursor
	}
	return ids, next, nil
}

// side is one of a pair: what is sent, and whose CPU it costs.
type side struct {
	send func(ctx context.Context, i int) error
	cpu  []string
}

// measure runs a plan of which no request may fail: one that does is a fault of
// the run, whatever the figure says.
func (b *Bench) measure(ctx context.Context, name string, plan openloop.Plan, send func(ctx context.Context, i int) error) openloop.Outcome {
	outcome := openloop.Run(ctx, plan, send)
	if outcome.Failed > 0 {
		b.Report.Fault("%s: %d of %d requests failed, the first: %.200s", name, outcome.Failed, outcome.Requests, outcome.FirstError)
	}
	return outcome
}

// cost runs one side of a pair and is its CPU in µs a request.
func (b *Bench) cost(ctx context.Context, name string, s side, plan openloop.Plan) (micros float64, outcome openloop.Outcome, err error) {
	before := b.CPU(s.cpu...)
	outcome = b.measure(ctx, name, plan, s.send)
	return each(b.CPU(s.cpu...)-before, plan.Requests), outcome, ctx.Err()
}

// each is what one of so many requests has used, in µs.
func each(used time.Duration, requests int) float64 {
	return float64(used.Microseconds()) / float64(max(requests, 1))
}

// pairs measures both sides again and again, in turn, each first every other time.
func (b *Bench) pairs(ctx context.Context, figure report.Figure, rate float64, requests int, ours, control side) error {
	warm := openloop.Plan{Rate: rate, Requests: requests/4 + 1, Seed: 1} //nolint:mnd // to warm both up
	_, curve, err := b.cost(ctx, figure.Name, ours, warm)
	if err != nil {
		return err
	}
	if _, _, err := b.cost(ctx, figure.Name, control, warm); err != nil {
		return err
	}
	for pair := range b.Pairs {
		order := []*[]float64{&figure.Ours, &figure.Control}
		sides := []side{ours, control}
		if pair%2 == 1 {
			order[0], order[1], sides[0], sides[1] = order[1], order[0], sides[1], sides[0]
		}
		plan := openloop.Plan{Rate: rate, Requests: requests, Seed: uint64(pair) + 2} //nolint:mnd // another schedule each time
		for i, s := range sides {
			micros, outcome, err := b.cost(ctx, figure.Name, s, plan)
			if err != nil {
				return fmt.Errorf("%s: %w", figure.Name, err)
			}
			*order[i] = append(*order[i], micros)
			if order[i] == &figure.Ours {
				curve = outcome
			}
		}
	}
	b.Report.Add(figure)
	b.Report.Curves = append(b.Report.Curves, report.Curve{Name: figure.Name, Outcome: curve})
	return nil
}

// together measures both sides at the same time, so that what else the machine does
// meets both alike; no process may be of both. The curve is ours.
func (b *Bench) together(ctx context.Context, figure report.Figure, rate float64, requests int, ours, control side) error {
	var curve openloop.Outcome
	for pair := -1; pair < b.Pairs; pair++ { // the first is to warm both up
		beforeOurs, beforeControl := b.CPU(ours.cpu...), b.CPU(control.cpu...)
		var others sync.WaitGroup
		others.Go(func() {
			plan := openloop.Plan{Rate: rate, Requests: requests, Seed: uint64(pair + otherSeeds)}
			b.measure(ctx, figure.Name+", control", plan, control.send)
		})
		curve = b.measure(ctx, figure.Name, openloop.Plan{Rate: rate, Requests: requests, Seed: uint64(pair + 2)}, ours.send) //nolint:mnd // none is negative
		others.Wait()
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%s: %w", figure.Name, err)
		}
		if pair >= 0 {
			figure.Ours = append(figure.Ours, each(b.CPU(ours.cpu...)-beforeOurs, requests))
			figure.Control = append(figure.Control, each(b.CPU(control.cpu...)-beforeControl, requests))
		}
	}
	b.Report.Add(figure)
	b.Report.Curves = append(b.Report.Curves, report.Curve{Name: figure.Name, Outcome: curve})
	return nil
}

// otherSeeds keeps the schedules of two sides apart.
const otherSeeds = 1000

// anyMember is a member that chance picks.
func (b *Bench) anyMember(random *rand.Rand) int64 { return random.Int64N(int64(b.Spec.Members)) + 1 }

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 9)) }

// count is one number that the database has.
func (b *Bench) count(ctx context.Context, query string, args ...any) (n int64, err error) {
	if err := b.DB.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("%.40s: %w", query, err)
	}
	return n, nil
}

// within waits for a condition.
func within(ctx context.Context, limit time.Duration, what string, condition func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond) //nolint:mnd // soon
	defer ticker.Stop()
	for {
		met, err := condition()
		if met || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}

func (b *Bench) writePost(ctx context.Context, author int64) (id int64, err error) {
	body := []byte(`{"content":"오늘의 글 오늘의 글 오늘의 글 오늘의 글 오늘의 글"}`)
	text, err := b.ask(ctx, http.MethodPost, b.URL("content")+"/api/posts", author, body)
	if err != nil {
		return 0, err
	}
	var answer struct {
		Data struct {
			ID int64 `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return 0, fmt.Errorf("%w: %w", errAnswer, err)
	}
	return answer.Data.ID, nil
}
