package app

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/search/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// `make bench-search` runs these; benchPosts says against how many posts.
var benchPosts = flag.String("posts", "10000", "numbers of posts, comma separated")

const (
	benchQueries = 30
	askedFor     = 20 * time.Second // or so many of them as fit
	fewest       = 5
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
	for _, w := range []struct {
		word  string
		every int64
	}{{"한강에서", 5}, {"바람이", 20}, {"희귀종을", 10_000}} {
		if id%w.every == 0 {
			words = append(words, w.word)
		}
	}
	words = append(words, numberOf(id))
	p := post(id, "", strings.Join(words, " "))
	p.CreatedAt = written.Add(-time.Duration(id) * time.Minute)
	p.UpdatedAt = p.CreatedAt
	return p
}

// numberOf is a word that only one essay has.
func numberOf(id int64) string { return strconv.FormatInt(50_000_000+id, 10) }

func essays(n int64) []search.Post {
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.1, 8, 1400)
	all := make([]search.Post, n)
	for i := range all {
		all[i] = essay(random, zipf, int64(i)+1)
	}
	return all
}

// commands are what a store is asked, and for how long it is waited for: the
// server and the way to it, without the driver's part of packing and unpacking.
type commands struct{ n, waited atomic.Int64 }

func (c *commands) trace(context.Context, string) func(error) {
	begin := time.Now()
	return func(error) {
		c.n.Add(1)
		c.waited.Add(int64(time.Since(begin)))
	}
}

func (c *commands) take() (n int64, waited time.Duration) {
	return c.n.Swap(0), time.Duration(c.waited.Swap(0))
}

// watched is the fleet's store through a client whose commands are counted.
func (f *fleet) watched(t testing.TB) (*mongostore.Store, *commands) {
	t.Helper()
	asked := &commands{}
	client, err := mongo.Open(mongo.Config{URI: f.cfg.MongoDBURI.Reveal(), Database: f.cfg.MongoDBDatabase, Timeout: time.Minute, Trace: asked.trace})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return mongostore.New(client, now), asked
}

// BenchmarkSearch asks a store with so many posts, writes to it through Kafka, and
// applies batches of events to it.
func BenchmarkSearch(b *testing.B) {
	for _, n := range sizes(b) {
		f := start(b)
		all := essays(n)
		seed(b, f, all)
		b.Run(fmt.Sprintf("posts=%d/question", n), func(b *testing.B) { askAll(b, f) })
		b.Run(fmt.Sprintf("posts=%d/freshness", n), func(b *testing.B) { follow(b, f, all) })
		b.Run(fmt.Sprintf("posts=%d/projection", n), func(b *testing.B) { project(b, f, all) })
	}
}

// askAll asks the store through the engine, with the numbers of terms known, as
// they are for a minute after the first question (warm), and unknown (cold).
// server-ms is the wait for its answers, own-ms the rest: unpacking the candidates,
// comparing, ranking. found is how many there are. What is cpu is the same on a busy
// machine.
func askAll(b *testing.B, f *fleet) {
	b.Helper()
	for _, q := range []struct{ name, keyword string }{
		{"rare", "희귀종"}, {"common", "한강"}, {"two-words", "한강 바람"}, {"rare-and-common", "한강 희귀종"},
	} {
		for _, temperature := range []string{"cold", "warm"} {
			b.Run(q.name+"/"+temperature, func(b *testing.B) {
				for b.Loop() {
					askRepeatedly(b, f, q.keyword, temperature == "cold")
				}
			})
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
	var whole, server, own []time.Duration
	store, asked := f.watched(b)
	engine := search.NewEngine(store, now)
	query := terms.Parse(keyword)
	began, cpu, cpuOfServer := time.Now(), used(b), serverCPU(b)
	for i := range benchQueries + 1 {
		if i > fewest && time.Since(began) > askedFor {
			break
		}
		if cold {
			engine = search.NewEngine(store, now)
		}
		asked.take()
		begin := time.Now()
		ids, err := engine.Rank(b.Context(), search.Posts, query, 0, search.ByRelevance)
		took := time.Since(begin)
		require.NoError(b, err)
		require.NotEmpty(b, ids)
		b.ReportMetric(float64(len(ids)), "found")
		if i > 0 { // the first warms
			_, waited := asked.take()
			whole, server, own = append(whole, took), append(server, waited), append(own, took-waited)
		}
	}
	report(b, "", whole)
	report(b, "server-", server)
	report(b, "own-", own)
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(len(whole)+1) }
	b.ReportMetric(each(serverCPU(b)-cpuOfServer), "server-cpu-ms")
	b.ReportMetric(each(used(b)-cpu), "own-cpu-ms")
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
