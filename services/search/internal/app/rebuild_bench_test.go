package app

import (
	"fmt"
	"testing"
	"time"
)

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
				b.Logf("rebuilt %d posts in %s, killed at %d, %d writes and %d questions beside it", n, took, at, writes, questions)
				f.settle(b, 10*time.Minute)
				b.ReportMetric(took.Seconds(), "rebuild-s")
				b.ReportMetric(float64(at), "killed-at")
				b.ReportMetric(float64(writes), "writes")
				b.ReportMetric(float64(questions), "questions")
			}
		})
	}
}
