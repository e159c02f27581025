package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

// shelf is an index and a timeline that answer at once, so that what is measured
// is this service's own part.
type shelf struct {
	candidates []search.Candidate
	posts      map[search.PostID]search.LivePost
}

const sentence = "퇴근하고 반포에서 여의도까지 자전거를 탔다. 바람이 불었지만 한강은 넓고 길은 한산했다. The view was GREAT & quiet."

func newShelf(n int, query terms.Query) *shelf {
	s := &shelf{posts: map[search.PostID]search.LivePost{}}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for i := range n {
		text := fmt.Sprintf("%s %d번째 글", sentence, i)
		analyzed := terms.Analyze("한강 자전거 길", text)
		c := search.Candidate{ID: int64(i + 1), CreatedAt: now.Add(-time.Duration(i) * time.Hour), Length: analyzed.Length}
		for _, clause := range query.All {
			c.Frequencies = append(c.Frequencies, max(1, analyzed.Frequencies[clause.Terms[0]]))
		}
		if query.ReadsText() {
			c.Body, c.Tags = analyzed.Body, analyzed.Tags
		}
		s.candidates = append(s.candidates, c)
		s.posts[search.PostID(i+1)] = search.LivePost{
			ID: search.PostID(i + 1), Title: "한강 자전거 길", Content: text, AuthorID: 1, CreatedAt: "2026-11-20 09:00:00", UpdatedAt: "2026-11-20 09:00:00",
		}
	}
	return s
}

func (s *shelf) Scan(_ context.Context, _ search.Kind, _ search.Selection, visit func(search.Candidate) bool) error {
	for _, c := range s.candidates {
		if !visit(c) {
			return nil
		}
	}
	return nil
}

func (s *shelf) CountTerm(context.Context, search.Kind, string, int) (int, error) {
	return len(s.candidates), nil
}

func (s *shelf) Measure(context.Context, search.Kind) (search.Measures, error) {
	return search.Measures{Documents: 1_000_000, AverageLength: 20}, nil
}

func (s *shelf) FindPosts(_ context.Context, ids []search.PostID) ([]search.LivePost, error) {
	found := make([]search.LivePost, 0, len(ids))
	for _, id := range ids {
		found = append(found, s.posts[id])
	}
	return found, nil
}

func (s *shelf) FindMember(context.Context, string) (search.MemberID, error) { return 1, nil }

// BenchmarkOwnPart parses, ranks, highlights and encodes a page of 20, with an
// index that answers at once. cpu-µs/op is what the process used, on any machine
// however busy.
func BenchmarkOwnPart(b *testing.B) {
	for name, keyword := range map[string]string{"indexed": "한강", "with-text": "자전거 여의도"} {
		for _, candidates := range []int{20, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/candidates=%d", name, candidates), func(b *testing.B) {
				on := newShelf(candidates, terms.Parse(keyword))
				service := search.NewPostService(search.NewEngine(on, time.Now), on, on, time.Now)
				request := search.Request{Keyword: keyword, Slice: search.Slice{Limit: 20}}
				page := pagination.Request{Size: 20}
				begin := cpu(b)
				for b.Loop() {
					found, err := service.Search(b.Context(), request)
					require.NoError(b, err)
					require.Len(b, found.Items, 20)
					_, err = json.Marshal(pagination.NewPage(page, mapped(found.Items, toFoundPost), int64(found.Total)))
					require.NoError(b, err)
				}
				b.ReportMetric(float64((cpu(b)-begin).Microseconds())/float64(b.N), "cpu-µs/op")
			})
		}
	}
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
