package app

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
)

// `make bench-search` runs these; benchPosts says against how many posts.
var benchPosts = flag.String("posts", "10000", "numbers of posts, comma separated")

const (
	benchQueries = 30
	writesFor    = 10 * time.Second
	writeRate    = 200 // a second
	together     = 20  // writes that are sent at once
)

func sizes(b *testing.B) []int64 {
	b.Helper()
	var all []int64
	for text := range strings.SplitSeq(*benchPosts, ",") {
		n, err := strconv.ParseInt(text, 10, 64)
		require.NoError(b, err)
		all = append(all, n)
	}
	return all
}

// essay is a post of about 15 words, most of them from a vocabulary of thousands
// that is used as languages are: few words often, many hardly ever. Every fifth
// has 한강, every twentieth 바람, one in ten thousand 희귀종.
func essay(random *rand.Rand, zipf *rand.Zipf, id int64) search.Post {
	const syllables = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초"
	runes := []rune(syllables)
	words := make([]string, 0, 18)
	for range 14 {
		n := int(zipf.Uint64())
		words = append(words, string([]rune{runes[n%len(runes)], runes[n/len(runes)%len(runes)]})+[]string{"를", "에서", "는", ""}[random.IntN(4)])
	}
	for word, every := range map[string]int64{"한강에서": 5, "바람이": 20, "희귀종을": 10_000} {
		if id%every == 0 {
			words = append(words, word)
		}
	}
	p := post(id, "", strings.Join(words, " "))
	p.CreatedAt = written.Add(-time.Duration(id) * time.Minute)
	p.UpdatedAt = p.CreatedAt
	return p
}

func essays(n int64) []search.Post {
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.1, 8, 1400)
	all := make([]search.Post, n)
	for i := range all {
		all[i] = essay(random, zipf, int64(i)+1)
	}
	return all
}

// stopwatch is an index that says how long it took, without what it calls.
type stopwatch struct {
	search.Index
	spent time.Duration
}

func (s *stopwatch) Scan(ctx context.Context, kind search.Kind, selection search.Selection, visit func(search.Candidate) bool) error {
	begin, ours := time.Now(), time.Duration(0)
	defer func() { s.spent += time.Since(begin) - ours }()
	return s.Index.Scan(ctx, kind, selection, func(c search.Candidate) bool {
		at := time.Now()
		defer func() { ours += time.Since(at) }()
		return visit(c)
	})
}

func (s *stopwatch) CountTerm(ctx context.Context, kind search.Kind, term string, most int) (int, error) {
	begin := time.Now()
	defer func() { s.spent += time.Since(begin) }()
	return s.Index.CountTerm(ctx, kind, term, most)
}

func (s *stopwatch) Measure(ctx context.Context, kind search.Kind) (search.Measures, error) {
	begin := time.Now()
	defer func() { s.spent += time.Since(begin) }()
	return s.Index.Measure(ctx, kind)
}

// BenchmarkQueries asks the store through the engine, with the numbers of terms
// known, as they are for a minute after the first question (warm), and unknown
// (cold). store-ms is the server and its driver, own-ms the rest.
func BenchmarkQueries(b *testing.B) {
	for _, n := range sizes(b) {
		f := start(b)
		all := essays(n)
		seed(b, f, all)
		for _, q := range []struct{ name, keyword string }{{"rare", "희귀종"}, {"common", "한강"}, {"two-words", "한강 바람"}} {
			for _, temperature := range []string{"cold", "warm"} {
				b.Run(fmt.Sprintf("posts=%d/%s/%s", n, q.name, temperature), func(b *testing.B) {
					for b.Loop() {
						askRepeatedly(b, f, q.keyword, temperature == "cold")
					}
				})
			}
		}
	}
}

// seed puts posts into the store, however slow the machine is.
func seed(b *testing.B, f *fleet, all []search.Post) {
	b.Helper()
	for some := range slices.Chunk(all, 100) {
		require.Eventually(b, func() bool { return f.service.store.ApplyPosts(b.Context(), some) == nil }, 5*time.Minute, time.Millisecond)
	}
}

func askRepeatedly(b *testing.B, f *fleet, keyword string, cold bool) {
	b.Helper()
	var whole, store, own []time.Duration
	watch := &stopwatch{Index: f.service.store}
	engine := search.NewEngine(watch, now)
	query := terms.Parse(keyword)
	for i := range benchQueries + 1 {
		if cold {
			engine = search.NewEngine(watch, now)
		}
		watch.spent = 0
		begin := time.Now()
		ids, err := engine.Rank(b.Context(), search.Posts, query, 0, search.ByRelevance)
		took := time.Since(begin)
		require.NoError(b, err)
		require.NotEmpty(b, ids)
		if i > 0 { // the first warms
			whole, store, own = append(whole, took), append(store, watch.spent), append(own, took-watch.spent)
		}
	}
	report(b, "", whole)
	report(b, "store-", store)
	report(b, "own-", own)
}

func report(b *testing.B, name string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	ms := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(0.5), name+"p50-ms")
	b.ReportMetric(ms(0.95), name+"p95-ms")
}

// BenchmarkFreshness edits and deletes 200 posts a second through Kafka and looks
// for some of them until they are found, or gone.
func BenchmarkFreshness(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprintf("posts=%d", n), func(b *testing.B) {
			f := start(b)
			seed(b, f, essays(n))
			for b.Loop() {
				edits, deletions, rate := stream(b, f, n)
				report(b, "edit-", edits)
				report(b, "deletion-", deletions)
				b.ReportMetric(rate, "writes/s")
			}
		})
	}
}

// stream writes at writeRate for writesFor; of each twenty that are sent at once
// one edit and one deletion are waited for, in the projection itself: a question costs the
// stand-in more than the write does.
func stream(b *testing.B, f *fleet, n int64) (edits, deletions []time.Duration, rate float64) {
	b.Helper()
	ticks := time.NewTicker(together * time.Second / writeRate)
	defer ticks.Stop()
	type watched struct {
		post  search.Post
		wrote time.Time
	}
	watch := make(chan watched, 1000)
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(func() {
		defer close(watch)
		for i := int64(0); i < int64(writesFor.Seconds()*writeRate); {
			<-ticks.C
			var all []any
			var posts []search.Post
			for range together {
				p := post(1+i%n, "", fmt.Sprintf("고친 글 %d", i))
				p.Version, p.Deleted = 2+i/n, i%2 == 0
				all, posts = append(all, p), append(posts, p)
				i++
			}
			f.tell(b, all...)
			for _, p := range posts[:2] { // an edit and a deletion of each
				watch <- watched{p, time.Now()}
			}
		}
	})
	begin := time.Now()
	for w := range watch {
		for {
			var d struct {
				Version int64      `bson:"version"`
				GoneAt  *time.Time `bson:"gone_at"`
			}
			require.NoError(b, f.service.mongo.Collection("search_posts").FindOne(b.Context(), bson.D{{Key: "post_pk", Value: int64(w.post.ID)}}).Decode(&d))
			if d.Version >= w.post.Version && (d.GoneAt != nil) == w.post.Deleted {
				break
			}
			require.Less(b, time.Since(w.wrote), time.Minute)
		}
		if took := time.Since(w.wrote); w.post.Deleted {
			deletions = append(deletions, took)
		} else {
			edits = append(edits, took)
		}
	}
	return edits, deletions, writesFor.Seconds() * writeRate / time.Since(begin).Seconds()
}

// BenchmarkRebuild rebuilds from content while queries and writes go on, is
// killed at a third, goes on, and is compared with a fresh projection.
func BenchmarkRebuild(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprintf("posts=%d", n), func(b *testing.B) {
			for b.Loop() {
				f := start(b)
				f.batch = 500
				for _, p := range essays(n) {
					f.posts[int64(p.ID)] = p
				}
				stop := f.busy(b, n, 50*time.Millisecond)
				begin := time.Now()
				at := f.killRebuild(b, n/3, 20*time.Minute)
				f.finishRebuild(b)
				took := time.Since(begin)
				writes, questions := stop()
				f.settle(b, 10*time.Minute)
				b.ReportMetric(took.Seconds(), "rebuild-s")
				b.ReportMetric(float64(at), "killed-at")
				b.ReportMetric(float64(writes), "writes")
				b.ReportMetric(float64(questions), "questions")
			}
		})
	}
}
