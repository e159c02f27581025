package scenario

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/openloop"
	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// mix holds DeathStarBench's mix: 60 % home reads, 30 % author pages, 10 % posts.
func mix(ctx context.Context, b *Bench) error {
	var mu sync.Mutex
	random := seeded(6)
	pick := func() (kind int, member, author int64) {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(10), b.anyMember(random), b.skewed(random) //nolint:mnd // tenths
	}
	send := func(ctx context.Context, _ int) error { return b.mixed(ctx, pick) }
	seek := func(ctx context.Context, _ int) error { return b.patient().mixed(ctx, pick) }
	full, err := b.sustained(ctx, seek)
	if err != nil {
		return err
	}
	rate := 0.6 * full //nolint:mnd // of saturation
	services := []string{"content", "timeline", "member"}
	stores := []string{"mysql", "redis", "kafka"}
	before, storesBefore := b.CPU(services...), b.CPU(stores...)
	held := b.measure(ctx, "mix", openloop.Plan{Rate: rate, Requests: int(rate * b.MixFor.Seconds()), Seed: 9}, send)
	used, storesUsed := b.CPU(services...)-before, b.CPU(stores...)-storesBefore
	perCore := float64(held.Requests) / (used + storesUsed).Seconds()
	b.Report.Add(report.Figure{
		Name: "mix: requests per core", Unit: "1/s", Ours: []float64{perCore},
		Note: fmt.Sprintf("services and stores; %.0f with the services alone; DeathStarBench publishes 688 at 10.7 ms; held for %s at %.0f/s",
			float64(held.Requests)/used.Seconds(), held.Elapsed.Round(time.Second), held.Rate()),
	})
	b.Report.Add(report.Figure{Name: "mix: p99", Unit: "ms", Ours: []float64{held.Quantile(99).Seconds() * 1000}}) //nolint:mnd // percent, ms
	b.Report.Curves = append(b.Report.Curves, report.Curve{Name: "mix", Outcome: held})
	for _, part := range []string{"timeline", "content"} {
		b.Report.Add(report.Figure{Name: "RSS of " + part + " after the mix", Unit: "MiB", Ours: []float64{b.RSS(part)}, Promise: 64}) //nolint:mnd // the promise
	}
	return ctx.Err()
}

// sustained is how many requests of the mix a second are answered and have their
// events handled: posts reach feeds after their answer, by work of the same machine.
func (b *Bench) sustained(ctx context.Context, seek func(ctx context.Context, i int) error) (rate float64, err error) {
	began, requests := time.Now(), max(2*b.Requests, 100)                                                         //nolint:mnd // some seconds
	b.measure(ctx, "mix at saturation", openloop.Plan{Rate: 1e6, Requests: requests, Workers: 64, Seed: 8}, seek) //nolint:mnd // connections
	err = within(ctx, 5*time.Minute, "events of the mix are handled", func() (bool, error) {                      //nolint:mnd // what has piled up
		lag, err := b.metric(ctx, "timeline", "consumer_lag")
		return lag == 0, err
	})
	return float64(requests) / time.Since(began).Seconds(), err
}

// mixed is one request of the mix.
func (b *Bench) mixed(ctx context.Context, pick func() (kind int, member, author int64)) (err error) {
	kind, member, author := pick()
	switch {
	case kind < 6: //nolint:mnd // 60 %
		_, err = b.home(ctx, member, "")
	case kind < 9: //nolint:mnd // 30 %
		_, err = b.ask(ctx, http.MethodGet, b.URL("timeline")+"/api/timeline/posts/authors/"+strconv.FormatInt(author, 10), member, nil)
	default:
		_, err = b.writePost(ctx, author)
	}
	return err
}

// skewed is a member; low ranks, who have many followers, come more often.
func (b *Bench) skewed(random *rand.Rand) int64 {
	return min(b.anyMember(random), b.anyMember(random), b.anyMember(random))
}

// sizes says what a member and a post take in the stores.
func sizes(ctx context.Context, b *Bench) error {
	rows, err := b.DB.QueryContext(ctx, `SELECT table_name, data_length + index_length FROM information_schema.tables
		WHERE table_schema = 'dailyfeed' AND table_rows > 0`)
	if err != nil {
		return fmt.Errorf("sizes of tables: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	var perPost, perMember float64
	for rows.Next() {
		var name string
		var bytes float64
		if err := rows.Scan(&name, &bytes); err != nil {
			return fmt.Errorf("sizes of tables: %w", err)
		}
		switch name {
		case "posts", "post_stats":
			perPost += bytes / float64(b.Spec.Posts)
		case "members", "member_profiles", "member_follows":
			perMember += bytes / float64(b.Spec.Members)
		}
	}
	b.Report.Add(report.Figure{Name: "MySQL: a post and its counters", Unit: "bytes", Ours: []float64{perPost}, Note: "with indexes; likes and comments apart"})
	b.Report.Add(report.Figure{Name: "MySQL: a member and its follows", Unit: "bytes", Ours: []float64{perMember}})
	if err := rows.Err(); err != nil {
		return fmt.Errorf("sizes of tables: %w", err)
	}
	return b.redisSizes(ctx)
}

func (b *Bench) redisSizes(ctx context.Context) error {
	if _, err := b.home(ctx, b.Spec.ReadersOf(2), ""); err != nil { //nolint:mnd // of 1,000 followings: a full feed
		return err
	}
	if err := b.feedSizes(ctx); err != nil {
		return err
	}
	var whole int64
	for _, suffix := range []string{"", ":authors", ":state"} {
		bytes, err := b.Redis.MemoryUsage(ctx, feedKey(b.Spec.ReadersOf(2))+suffix, 0).Result() //nolint:mnd // the same
		if err != nil {
			return fmt.Errorf("sizes in Redis: %w", err)
		}
		whole += bytes
	}
	b.Report.Add(report.Figure{Name: "Redis: a full feed with its authors", Unit: "bytes", Ours: []float64{float64(whole)}, Note: "1,000 followings"})
	keys, err := b.Redis.Keys(ctx, "timeline:api:posts:post_item:*").Result()
	if err != nil || len(keys) == 0 {
		return err
	}
	var items int64
	for _, key := range keys[:min(len(keys), 200)] { //nolint:mnd // a sample
		bytes, _ := b.Redis.MemoryUsage(ctx, key).Result() // 0 for one that has ended
		items += bytes
	}
	b.Report.Add(report.Figure{Name: "Redis: a stored post", Unit: "bytes", Ours: []float64{float64(items) / float64(min(len(keys), 200))}, Note: "for an hour after it was read"}) //nolint:mnd // the sample
	return nil
}
