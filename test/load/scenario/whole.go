package scenario

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
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
	send := func(ctx context.Context, _ int) (err error) {
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
	const tryFor = 2000
	full := openloop.Run(ctx, openloop.Plan{Rate: 1e6, Requests: tryFor, Workers: 64, Seed: 8}, send) //nolint:mnd // connections
	rate := 0.6 * full.Rate()                                                                         //nolint:mnd // of saturation
	services := []string{"content", "timeline", "member"}
	stores := []string{"mysql", "redis", "kafka"}
	before, storesBefore := b.CPU(services...), b.CPU(stores...)
	held := openloop.Run(ctx, openloop.Plan{Rate: rate, Requests: int(rate * b.MixFor.Seconds()), Seed: 9}, send)
	used, storesUsed := b.CPU(services...)-before, b.CPU(stores...)-storesBefore
	failed := ""
	if held.Failed > 0 {
		failed = fmt.Sprintf("%d of %d failed: %.60s", held.Failed, held.Requests, held.FirstError)
	}
	perCore := float64(held.Requests) / (used + storesUsed).Seconds()
	b.Report.Add(report.Figure{
		Name: "mix: requests per core", Unit: "1/s", Ours: []float64{perCore},
		Note: fmt.Sprintf("services and stores; %.0f with the services alone; DeathStarBench publishes 688 at 10.7 ms; held for %s at %.0f/s",
			float64(held.Requests)/used.Seconds(), held.Elapsed.Round(time.Second), held.Rate()),
	})
	b.Report.Add(report.Figure{Name: "mix: p99", Unit: "ms", Ours: []float64{held.Quantile(99).Seconds() * 1000}, Note: failed}) //nolint:mnd // percent, ms
	b.Report.Curves = append(b.Report.Curves, report.Curve{Name: "mix", Outcome: held})
	for _, part := range []string{"timeline", "content"} {
		b.Report.Add(report.Figure{Name: "RSS of " + part + " after the mix", Unit: "MiB", Ours: []float64{b.RSS(part)}, Promise: 64}) //nolint:mnd // the promise
	}
	return ctx.Err()
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
	const prefix = "timeline:api:posts:followings_recent_posts:"
	reader := strconv.FormatInt(b.Spec.ReadersOf(2), 10)            //nolint:mnd // of 1,000 followings: a full feed
	if _, err := b.home(ctx, b.Spec.ReadersOf(2), ""); err != nil { //nolint:mnd // the same
		return err
	}
	length, err := b.Redis.ZCard(ctx, prefix+reader).Result()
	if err != nil {
		return fmt.Errorf("sizes in Redis: %w", err)
	}
	var whole int64
	for _, suffix := range []string{"", ":authors", ":state"} {
		bytes, err := b.Redis.MemoryUsage(ctx, prefix+reader+suffix).Result()
		if err != nil {
			return fmt.Errorf("sizes in Redis: %w", err)
		}
		if suffix == "" {
			b.Report.Add(report.Figure{Name: "Redis: an entry of a feed", Unit: "bytes", Ours: []float64{float64(bytes) / float64(length)}, Promise: 12, Note: fmt.Sprintf("of %d", length)}) //nolint:mnd // the promise
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

// equal compares the first 800 posts of every member's feed with the database.
func equal(ctx context.Context, b *Bench) error {
	var differ, compared atomic.Int64
	var next atomic.Int64
	var workers sync.WaitGroup
	failures := make(chan error, 1)
	const parallel = 8
	for range parallel {
		workers.Go(func() {
			for {
				member := next.Add(1)
				if member > int64(b.Spec.Total()) || ctx.Err() != nil {
					return
				}
				same, err := b.isEqual(ctx, member)
				if err != nil {
					select {
					case failures <- fmt.Errorf("compare feed of member %d: %w", member, err):
					default:
					}
					return
				}
				compared.Add(1)
				if !same {
					differ.Add(1)
				}
			}
		})
	}
	workers.Wait()
	select {
	case err := <-failures:
		return err
	default:
	}
	if differ.Load() > 0 {
		b.Report.Fault("%d of %d feeds differ from the database", differ.Load(), compared.Load())
	}
	b.Report.Add(report.Figure{Name: "feeds that equal the database", Unit: "of all", Ours: []float64{float64(compared.Load() - differ.Load())}, Note: fmt.Sprintf("of %d compared", compared.Load())})
	return ctx.Err()
}

// isEqual gives events up to 20 s to arrive.
func (b *Bench) isEqual(ctx context.Context, member int64) (same bool, err error) {
	deadline := time.Now().Add(20 * time.Second) //nolint:mnd // long after the promise
	for !same && time.Now().Before(deadline) {
		wanted, err := b.wantedFeed(ctx, member)
		if err != nil {
			return false, err
		}
		found, err := b.wholeFeed(ctx, member, len(wanted))
		if err != nil {
			return false, err
		}
		same = slices.Equal(wanted, found)
	}
	return same, nil
}

// compareLength is how many posts of a feed are compared: all that are stored.
const compareLength = 800

func (b *Bench) wantedFeed(ctx context.Context, member int64) (ids []int64, err error) {
	rows, err := b.DB.QueryContext(ctx, `SELECT p.id FROM member_follows f JOIN posts p FORCE INDEX (ix_posts_author) ON p.author_id = f.following_id AND p.is_deleted = FALSE
		WHERE f.follower_id = ? ORDER BY p.created_at DESC, p.id DESC LIMIT ?`, member, compareLength)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (b *Bench) wholeFeed(ctx context.Context, member int64, length int) (ids []int64, err error) {
	for query := "?size=100"; len(ids) < length; {
		text, err := b.home(ctx, member, query)
		if err != nil {
			return nil, err
		}
		page, next, err := readPage(text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, page...)
		if next == "" {
			break
		}
		query = "?size=100&cursor=" + next
	}
	return ids[:min(len(ids), length)], nil
}
