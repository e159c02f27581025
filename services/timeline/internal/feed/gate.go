package feed

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// buildLimit bounds one build with its wait for a turn. It is the builders' own,
// because others wait for the outcome after the first caller has gone.
const buildLimit = 5 * time.Second

// Gate implements timeline.BuildGate for the callers of this process. Two
// processes may build one feed at the same time; the later one wins.
type Gate struct {
	flights singleflight.Group
	turns   chan struct{}
}

var _ timeline.BuildGate = (*Gate)(nil)

// NewGate gives at most parallel turns at a time, to builds and other work alike.
func NewGate(parallel int) *Gate { return &Gate{turns: make(chan struct{}, parallel)} }

// Once implements timeline.BuildGate.
func (g *Gate) Once(ctx context.Context, reader timeline.MemberID, build func(ctx context.Context) (timeline.Home, error)) (timeline.Home, error) {
	outcome, err, _ := g.flights.Do(strconv.FormatInt(int64(reader), 10), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildLimit)
		defer cancel()
		var home timeline.Home
		err := g.Turn(ctx, func(ctx context.Context) (err error) {
			home, err = build(ctx)
			return err
		})
		return home, err
	})
	home, _ := outcome.(timeline.Home)
	return home, err
}

// Turn implements timeline.BuildGate.
func (g *Gate) Turn(ctx context.Context, work func(ctx context.Context) error) error {
	select {
	case g.turns <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn: %w", ctx.Err())
	}
	defer func() { <-g.turns }()
	return work(ctx)
}
