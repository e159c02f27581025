package app

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/search/internal/activityconsumer"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const (
	writesFor = 20 * time.Second
	writeRate = 200 // a second
	together  = 20  // writes that are sent at once
	lookEvery = 10 * time.Millisecond
)

// follow edits and deletes 200 posts a second through Kafka, and asks for some of
// them by a word of their own until they are found, or gone.
func follow(b *testing.B, f *fleet, all []search.Post) {
	b.Helper()
	first := post(int64(len(all))+1, "", "시작") // the topic is made and followed before the clock runs
	f.tell(b, first)
	f.awaitVersions(b, []any{first})
	for b.Loop() {
		s := &stream{fleet: f, engine: search.NewEngine(f.service.store, now)}
		rate := s.run(b, all)
		report(b, "edit-", s.edits)
		report(b, "deletion-", s.deletions)
		b.ReportMetric(rate, "writes/s")
	}
}

// stream is writes at writeRate. Of those that are sent at once one edit and one
// deletion are looked for.
type stream struct {
	*fleet
	engine *search.Engine

	mu               sync.Mutex
	edits, deletions []time.Duration
}

// run returns how many writes a second Kafka acknowledged.
func (s *stream) run(b *testing.B, posts []search.Post) float64 {
	b.Helper()
	var looking sync.WaitGroup
	ticks := time.NewTicker(together * time.Second / writeRate)
	defer ticks.Stop()
	begin, written := time.Now(), 0
	for written < int(writesFor.Seconds()*writeRate) {
		<-ticks.C
		var all []any
		var sent []search.Post
		for range together {
			p := posts[written%len(posts)]
			p.Version = int64(2 + written/len(posts))
			if p.Deleted = written%2 == 0; !p.Deleted {
				p.Content = fmt.Sprintf("고친 글 %s", numberOf(int64(p.ID)+1_000_000*p.Version))
			}
			all, sent = append(all, p), append(sent, p)
			written++
		}
		at := time.Now()
		s.tell(b, all...)
		deletion, edit := sent[0], sent[1]
		looking.Go(func() { s.look(b, &s.edits, numberOf(int64(edit.ID)+1_000_000*edit.Version), 1, at) })
		if deletion.Version == 2 { // then it still had its number
			looking.Go(func() { s.look(b, &s.deletions, numberOf(int64(deletion.ID)), 0, at) })
		}
	}
	rate := float64(written) / time.Since(begin).Seconds()
	looking.Wait()
	return rate
}

// look asks for a word until so many have it, and writes down how long that took.
func (s *stream) look(b *testing.B, took *[]time.Duration, word string, want int, since time.Time) {
	b.Helper()
	query := terms.Parse(word)
	for time.Since(since) < time.Minute {
		ids, err := s.engine.Rank(b.Context(), search.Posts, query, 0, search.ByRelevance)
		if err == nil && len(ids) == want {
			s.mu.Lock()
			*took = append(*took, time.Since(since))
			s.mu.Unlock()
			return
		}
		<-time.After(lookEvery)
	}
	b.Errorf("after a minute %q is not found %d times", word, want)
}

// project applies batches of events as the consumer does, without Kafka: what an
// event costs the server, the way to it, and us. Every tenth is a deletion.
func project(b *testing.B, f *fleet, all []search.Post) {
	b.Helper()
	store, asked := f.watched(b)
	consumer := &activityconsumer.Consumer{
		Projection: store, Letters: f.service.letters, Metrics: activityconsumer.NewMetrics(prometheus.NewRegistry()), Now: now,
	}
	version, at := int64(1000), 0 // above those of the stream
	next := func() kafka.Message {
		p := all[at%len(all)]
		p.Version, p.Deleted = version+int64(at/len(all)), at%10 == 0
		at++
		record, err := activityrecord.Encode(eventOf(p), activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: "x"})
		require.NoError(b, err)
		return kafka.Message{Value: record.Value}
	}
	for _, size := range []int{1, 20, 500} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			asked.take()
			began, own, server, batches := time.Now(), used(b), serverCPU(b), 0
			for b.Loop() {
				for range batchesAtOnce {
					batch := make([]kafka.Message, size)
					for i := range batch {
						batch[i] = next()
					}
					done, err := consumer.HandleBatch(b.Context(), batch)
					require.NoError(b, err)
					require.Equal(b, size, done)
					batches++
				}
			}
			each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(batches*size) }
			commands, waited := asked.take()
			b.ReportMetric(float64(batches*size)/time.Since(began).Seconds(), "events/s")
			b.ReportMetric(float64(commands)/float64(batches), "commands/batch")
			b.ReportMetric(each(waited), "server-µs/event")
			b.ReportMetric(each(serverCPU(b)-server), "server-cpu-µs/event")
			b.ReportMetric(each(used(b)-own), "own-cpu-µs/event")
		})
	}
}

// batchesAtOnce makes one round of the benchmark long enough.
const batchesAtOnce = 20
