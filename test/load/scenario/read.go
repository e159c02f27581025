package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/dataset"
	"github.com/dailyfeed/dailyfeed/test/load/openloop"
	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// warm compares warm home pages of readers who follow 0, 100 and 1,000 members
// with the ceiling, which passes the same stored bytes on.
func warm(ctx context.Context, b *Bench) error {
	if err := b.raiseCeiling(ctx); err != nil {
		return err
	}
	control := side{cpu: []string{"ceiling"}, send: func(ctx context.Context, _ int) error {
		_, err := b.ask(ctx, http.MethodGet, b.URL("ceiling")+"/page", 0, nil)
		return err
	}}
	for kind := range 3 {
		first := b.Spec.ReadersOf(kind)
		ours := side{cpu: []string{"timeline"}, send: func(ctx context.Context, i int) error {
			_, err := b.home(ctx, first+int64(i%dataset.Readers), "")
			return err
		}}
		name := fmt.Sprintf("T1 warm, %d followings / ceiling", dataset.Followings(kind))
		if err := b.together(ctx, report.Figure{Name: name, Unit: "µs", Promise: 1.5, Note: "CPU of the service"}, b.Rate, b.Requests, ours, control); err != nil { //nolint:mnd // the promise
			return err
		}
	}
	return b.saturate(ctx)
}

// raiseCeiling stores a page of posts, as they are sent, where the ceiling reads.
func (b *Bench) raiseCeiling(ctx context.Context) error {
	text, err := b.home(ctx, b.Spec.ReadersOf(1), "")
	if err != nil {
		return err
	}
	var page struct {
		Data struct {
			Content []json.RawMessage `json:"content"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &page); err != nil {
		return fmt.Errorf("%w: %w", errAnswer, err)
	}
	args := []string{b.Redis.Options().Addr}
	for i, post := range page.Data.Content {
		args = append(args, strconv.Itoa(i))
		if err := b.Redis.Set(ctx, "ceiling:post:"+strconv.Itoa(i), []byte(post), 0).Err(); err != nil {
			return fmt.Errorf("store posts of the ceiling: %w", err)
		}
	}
	for name, key := range map[string]string{"token:1": "0", "token:2": "0", "token:3": "0"} {
		if err := b.Redis.Set(ctx, "ceiling:"+name, key, 0).Err(); err != nil {
			return fmt.Errorf("store the ceiling's token: %w", err)
		}
	}
	if err := b.Redis.Copy(ctx, feedKey(b.Spec.ReadersOf(1)), "ceiling:feed", 0, true).Err(); err != nil {
		return fmt.Errorf("store the ceiling's feed: %w", err)
	}
	return b.Control(ctx, "ceiling", args...)
}

// saturate finds how many warm pages a second there can be, with the generator on
// the same machine, and takes the latency at 60 % of that.
func (b *Bench) saturate(ctx context.Context) error {
	sendBy := func(b *Bench) func(context.Context, int) error {
		return func(ctx context.Context, i int) error {
			_, err := b.home(ctx, b.Spec.ReadersOf(1+i%2)+int64(i/2%dataset.Readers), "") //nolint:mnd // two kinds of readers
			return err
		}
	}
	send := sendBy(b)
	const asFastAsItGoes = 1e6
	full := b.measure(ctx, "T1 warm at saturation", openloop.Plan{Rate: asFastAsItGoes, Requests: 2 * b.Requests, Workers: 64, Seed: 5}, sendBy(b.patient())) //nolint:mnd // connections
	b.Report.Add(report.Figure{Name: "T1 warm at saturation", Unit: "pages/s", Ours: []float64{full.Rate()}, Note: "stores and generator on the same machine"})
	figure := report.Figure{Name: "T1 warm p99 at 60 % of saturation", Unit: "ms", Promise: 10} //nolint:mnd // the promise
	var last openloop.Outcome
	for pair := range b.Pairs {
		last = b.measure(ctx, figure.Name, openloop.Plan{Rate: 0.6 * full.Rate(), Requests: b.Requests, Seed: uint64(pair)}, send) //nolint:mnd // of saturation
		figure.Ours = append(figure.Ours, last.Quantile(99).Seconds()*1000)                                                        //nolint:mnd // percent, ms
	}
	b.Report.Add(figure)
	b.Report.Curves = append(b.Report.Curves, report.Curve{Name: figure.Name, Outcome: last})
	for _, part := range []string{"timeline", "content"} {
		b.Report.Add(report.Figure{Name: "RSS of " + part + " after it", Unit: "MiB", Ours: []float64{b.RSS(part)}, Promise: 64}) //nolint:mnd // the promise
	}
	return ctx.Err()
}

// cold compares feeds that are not stored with the straightforward query.
func cold(ctx context.Context, b *Bench) error {
	if err := b.Control(ctx, "sql", b.DSN("dailyfeed")); err != nil {
		return err
	}
	requests := max(b.Requests/20, 20) //nolint:mnd // each is dear
	if err := b.forgetFeeds(ctx); err != nil {
		return err
	}
	random := seeded(4)
	members := make([]int64, 2*requests*(b.Pairs+1))
	for i := range members {
		members[i] = b.anyMember(random)
	}
	next := 0
	ours := side{cpu: []string{"timeline", "mysql", "member", "redis"}, send: func(ctx context.Context, i int) error {
		_, err := b.home(ctx, members[(next+i)%len(members)], "")
		return err
	}}
	control := side{cpu: []string{"sql", "mysql"}, send: func(ctx context.Context, i int) error {
		_, err := b.ask(ctx, http.MethodGet, b.URL("sql")+"/feed/"+strconv.FormatInt(members[(next+i)%len(members)], 10), 0, nil)
		return err
	}}
	cpu := report.Figure{Name: "T1 cold / sql", Unit: "µs", Promise: 1.2, Note: "CPU of all services and stores"} //nolint:mnd // the promise
	wall := report.Figure{Name: "T1 cold / sql, p50", Unit: "ms"}
	for pair := range b.Pairs {
		if err := b.forgetFeeds(ctx); err != nil {
			return err
		}
		for _, s := range []side{control, ours} {
			plan := openloop.Plan{Rate: b.Rate / 50, Requests: requests, Seed: uint64(pair)} //nolint:mnd // what the control can do
			micros, outcome, err := b.cost(ctx, cpu.Name, s, plan)
			if err != nil {
				return fmt.Errorf("cold: %w", err)
			}
			ms := outcome.Quantile(50).Seconds() * 1000 //nolint:mnd // percent, ms
			if s.cpu[0] == "sql" {
				cpu.Control, wall.Control = append(cpu.Control, micros), append(wall.Control, ms)
			} else {
				cpu.Ours, wall.Ours = append(cpu.Ours, micros), append(wall.Ours, ms)
			}
		}
		next += requests
	}
	b.Report.Add(cpu)
	b.Report.Add(wall)
	return nil
}

// forgetFeeds has every feed built again, and every post read again.
func (b *Bench) forgetFeeds(ctx context.Context) error {
	for _, pattern := range []string{feedPrefix + "*:state", "timeline:api:posts:post_item:*", "timeline:api:posts:likes:*"} {
		iterator := b.Redis.Scan(ctx, 0, pattern, 5000).Iterator() //nolint:mnd // keys at a time
		var keys []string
		for iterator.Next(ctx) {
			keys = append(keys, iterator.Val())
		}
		if err := iterator.Err(); err != nil {
			return fmt.Errorf("look for feeds: %w", err)
		}
		for from := 0; from < len(keys); from += 1000 {
			if err := b.Redis.Unlink(ctx, keys[from:min(from+1000, len(keys))]...).Err(); err != nil {
				return fmt.Errorf("forget feeds: %w", err)
			}
		}
	}
	return nil
}

// storm lets 1,000 readers come at once whose feeds are not stored: a hundred
// members, ten requests each. What that costs is compared with one each. It is
// more than a replica takes at a time, so some may be told to come again, by 503;
// anything else is a fault.
func storm(ctx context.Context, b *Bench) error {
	const members, each = 100, 10
	built := func() (float64, error) { return b.metric(ctx, "timeline", "feed_builds_total") }
	figure := report.Figure{Name: "builds for 1,000 cold readers of 100 feeds", Unit: "builds", Promise: 100} //nolint:mnd // one each
	refused := report.Figure{Name: "of 1,000 cold readers told to come again", Unit: "readers"}
	for pair := range b.Pairs {
		if err := b.forgetFeeds(ctx); err != nil {
			return err
		}
		before, err := built()
		if err != nil {
			return err
		}
		var busy atomic.Int64
		plan := openloop.Plan{Rate: 1e6, Requests: members * each, Workers: 500, Seed: uint64(pair)} //nolint:mnd // at once
		outcome := b.measure(ctx, figure.Name, plan, func(ctx context.Context, i int) error {
			_, err := b.home(ctx, int64(i%members)+1+int64(pair)*members, "")
			if isBusy(err) {
				busy.Add(1)
				return nil
			}
			return err
		})
		after, err := built()
		if err != nil {
			return err
		}
		figure.Ours, refused.Ours = append(figure.Ours, after-before), append(refused.Ours, float64(busy.Load()))
		figure.Note = fmt.Sprintf("the last of them answered after %s", outcome.Elapsed.Round(time.Millisecond))
	}
	b.Report.Add(figure)
	b.Report.Add(refused)
	return nil
}
