package crowd

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// Addresses are the base URLs of the replicas of the services that a crowd uses.
type Addresses struct{ Member, Content, Timeline []string }

// Config of a crowd.
type Config struct {
	// Name begins the handles and keys of its members, and must be its own.
	Name      string
	Members   int
	Addresses Addresses
	Ledger    *ledger.Ledger
	// Patience is how long a member repeats a write; 0 means 2 minutes.
	Patience time.Duration
	// Pause is between the acts of a member; 0 is none.
	Pause time.Duration
}

// Crowd is some members of a fleet.
type Crowd struct {
	config  Config
	client  *http.Client
	board   board
	members []*member
	acts    atomic.Int64
}

const (
	tryWithin       = 15 * time.Second
	defaultPatience = 2 * time.Minute
	joinAtOnce      = 4
)

// Gather signs the members up, and in.
func Gather(ctx context.Context, config Config) (*Crowd, error) {
	if config.Patience == 0 {
		config.Patience = defaultPatience
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 4 * config.Members, IdleConnTimeout: time.Minute}
	c := &Crowd{config: config, client: &http.Client{Transport: transport}}
	c.members = make([]*member, config.Members)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(joinAtOnce)
	for i := range c.members {
		group.Go(func() (err error) {
			c.members[i], err = c.join(ctx, i)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("gather %s: %w", config.Name, err)
	}
	return c, nil
}

// Leave closes the crowd's connections.
func (c *Crowd) Leave() { c.client.CloseIdleConnections() }

// Acts is how many acts are done so far.
func (c *Crowd) Acts() int64 { return c.acts.Load() }

// Follow makes every member follow the next n.
func (c *Crowd) Follow(ctx context.Context, n int) error {
	return c.each(func(m *member) error {
		for i := range n {
			target := c.members[(m.number+1+i)%len(c.members)]
			if target == m {
				continue
			}
			if err := m.follow(ctx, target.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Run lets the members do what is planned, all at once, until all is done or ctx ends.
// An error is a fault of the harness; what the fleet does wrong is in the ledger.
func (c *Crowd) Run(ctx context.Context, plan Plan) error {
	return c.each(func(m *member) error {
		for _, act := range plan[m.number] {
			if done(ctx) {
				return nil
			}
			if err := m.do(ctx, act); err != nil {
				return fmt.Errorf("member %d: %s: %w", m.id, act.Verb, err)
			}
			c.acts.Add(1)
			wait(ctx, c.config.Pause)
		}
		return nil
	})
}

// Probe lets one member write one post, at the replica of that number where it first
// tries, and returns when it was answered.
func (c *Crowd) Probe(ctx context.Context, number, replica int) error {
	m := c.members[number%len(c.members)]
	m.busy.Lock()
	m.replica = replica - 1
	m.busy.Unlock()
	return m.do(ctx, Act{Verb: ledger.CreatePost})
}

func (c *Crowd) each(do func(*member) error) error {
	errs := make(chan error, len(c.members))
	var group sync.WaitGroup
	for _, m := range c.members {
		group.Go(func() { errs <- do(m) })
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func done(ctx context.Context) bool { return ctx.Err() != nil }

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
