package scenario

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/dataset"
	"github.com/dailyfeed/dailyfeed/test/load/openloop"
	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// tables are what a post's statements write to.
var tables = []string{"content_idempotency_keys", "posts", "post_stats", "content_publisher_dead_letters"}

// post compares a post with its bare statements, and authors with 10 and 100,000
// followers with each other.
func post(ctx context.Context, b *Bench) error {
	if err := b.copyTables(ctx); err != nil {
		return err
	}
	control := side{cpu: []string{"insert", "mysql"}, send: func(ctx context.Context, _ int) error {
		_, err := b.ask(ctx, http.MethodPost, b.URL("insert")+"/post", 0, nil)
		return err
	}}
	by := func(author int64, cpu ...string) side {
		return side{cpu: cpu, send: func(ctx context.Context, _ int) error {
			_, err := b.writePost(ctx, author)
			return err
		}}
	}
	few, many := b.Spec.AuthorOf(0), b.Spec.AuthorOf(2) //nolint:mnd // 10 and 100,000 followers
	rate, requests := b.Rate/5, b.Requests/10+1
	err := b.pairs(ctx, report.Figure{Name: "post / insert", Unit: "µs", Promise: 2, Note: "CPU of content and MySQL"}, rate, requests, by(few, "content", "mysql"), control) //nolint:mnd // the promise
	if err != nil {
		return err
	}
	wall := report.Figure{Name: "post / insert, p50", Unit: "ms", Promise: 2} //nolint:mnd // the promise
	for pair := range b.Pairs {
		for i, s := range []side{by(few), control} {
			outcome := b.measure(ctx, wall.Name, openloop.Plan{Rate: rate / 2, Requests: requests / 2, Seed: uint64(pair)}, s.send) //nolint:mnd // alone
			ms := outcome.Quantile(50).Seconds() * 1000                                                                             //nolint:mnd // percent, ms
			if i == 0 {
				wall.Ours = append(wall.Ours, ms)
			} else {
				wall.Control = append(wall.Control, ms)
			}
		}
	}
	b.Report.Add(wall)
	all := []string{"content", "timeline", "mysql", "redis", "member"}
	return b.pairs(ctx, report.Figure{Name: "post, 100,000 followers / 10", Unit: "µs", Promise: 1.1, Note: "CPU of all services and stores"}, //nolint:mnd // the promise
		rate/2, requests, by(many, all...), by(few, all...)) //nolint:mnd // events follow
}

// copyTables gives the control tables of its own, as they are but empty.
func (b *Bench) copyTables(ctx context.Context) error {
	statements := []string{"DROP DATABASE IF EXISTS control", "CREATE DATABASE control CHARACTER SET utf8mb4"}
	for _, table := range tables {
		statements = append(statements, "CREATE TABLE control."+table+" LIKE dailyfeed."+table)
	}
	for _, statement := range statements {
		if _, err := b.DB.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return b.Control(ctx, "insert", b.DSN("control"))
}

// fanOut writes posts of an author with 1,000 followers whose feeds are stored,
// and sees how soon each is in all of them, and at what cost.
func fanOut(ctx context.Context, b *Bench) error {
	author, followers := b.Spec.AuthorOf(1), int64(dataset.FollowersOf(1, b.Spec.Members))
	for member := range followers {
		if _, err := b.home(ctx, member+1, ""); err != nil {
			return fmt.Errorf("build feed of a follower: %w", err)
		}
	}
	const burst = 100
	figures := map[string]*report.Figure{}
	for _, part := range fanOutParts {
		figures[part.name] = &report.Figure{Name: "fan-out, " + part.name, Unit: "µs/follower", Promise: part.promise}
	}
	for range b.Pairs {
		pushed, before := b.mustMetric(ctx, "feed_pushes_total"), map[string]time.Duration{}
		for _, part := range fanOutParts {
			before[part.name] = b.CPU(part.cpu...)
		}
		for range burst {
			if _, err := b.writePost(ctx, author); err != nil {
				return err
			}
		}
		wanted := pushed + float64(burst*followers)
		err := within(ctx, time.Minute, "posts are pushed", func() (bool, error) {
			return b.mustMetric(ctx, "feed_pushes_total") >= wanted, nil
		})
		if err != nil {
			return err
		}
		for _, part := range fanOutParts {
			micros := float64((b.CPU(part.cpu...) - before[part.name]).Microseconds())
			figures[part.name].Ours = append(figures[part.name].Ours, micros/float64(burst*followers))
		}
	}
	for _, part := range fanOutParts {
		b.Report.Add(*figures[part.name])
	}
	return b.arrivals(ctx, author, followers)
}

// fanOutParts are what a post costs for each follower, from its event on; member
// is asked for the followers of each post.
var fanOutParts = []struct {
	name    string
	cpu     []string
	promise float64
}{
	{"timeline and Redis", []string{"timeline", "redis"}, 4}, //nolint:mnd // the promise
	{"Redis alone", []string{"redis"}, 0},
	{"member's part", []string{"member"}, 0},
}

func (b *Bench) mustMetric(ctx context.Context, name string) float64 {
	value, err := b.metric(ctx, "timeline", name)
	if err != nil {
		b.Report.Fault("metric %s: %v", name, err)
	}
	return value
}

// arrivals writes 200 posts a second and takes, for each, the time until the last
// follower's feed has it.
func (b *Bench) arrivals(ctx context.Context, author, followers int64) error {
	const rate, most, near = 200, 1000, 400
	last := feedKey(followers) // pushed in this order
	figure := report.Figure{
		Name: "post in 1,000 feeds, p99 at 200 posts/s", Unit: "ms", Promise: 500, //nolint:mnd // the promise
		Note: "from the intended start of the write",
	}
	plan := openloop.Plan{Rate: rate, Requests: min(b.Requests/2+1, most), Seed: 7} //nolint:mnd // some seconds
	arrived := b.measure(ctx, figure.Name, plan, func(ctx context.Context, _ int) error {
		id, err := b.writePost(ctx, author)
		if err != nil {
			return err
		}
		return within(ctx, 20*time.Second, "the post is in the last feed", func() (bool, error) { //nolint:mnd // long after the promise
			entries, err := b.Redis.LRange(ctx, last, -near, -1).Result()
			return slices.ContainsFunc(entries, func(entry string) bool { return postOf(entry) == id }), err
		})
	})
	figure.Ours = []float64{arrived.Quantile(99).Seconds() * 1000} //nolint:mnd // percent, ms
	b.Report.Add(figure)
	b.Report.Curves = append(b.Report.Curves, report.Curve{Name: "post in 1,000 feeds", Outcome: arrived})
	return ctx.Err()
}
