package search

import (
	"context"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
)

const (
	// MaxTotal is what a longer list's length is told as (spec 08).
	MaxTotal = 10_000
	// mostScanned bounds the texts that are looked at for one query: where more
	// have the terms, but not the words, the newest are looked at.
	mostScanned = 50_000
	// mostCounted is above what the rarity of a term no longer matters.
	mostCounted = 20_000
	// mostTerms of a query are looked up; of a longer one the text decides.
	mostTerms = 24
)

// Order is how results are sorted.
type Order uint8

// The orders.
const (
	ByRelevance Order = iota
	ByRecency
)

// Engine finds and ranks documents. It is safe for concurrent use.
type Engine struct {
	index      Index
	statistics *statistics
}

// NewEngine ranks what is in index.
func NewEngine(index Index, now Clock) *Engine {
	return &Engine{index: index, statistics: newStatistics(index, now)}
}

// Clock tells the time.
type Clock func() time.Time

// Rank returns the ids of what a query finds, best first: all, or the best of
// the newest MaxTotal where there are more. author is 0 for all.
func (e *Engine) Rank(ctx context.Context, kind Kind, query terms.Query, author MemberID, order Order) ([]int64, error) {
	lookup, err := e.plan(ctx, kind, query)
	if err != nil || lookup.nothing {
		return nil, err
	}
	lookup.selection.Author = author
	var hits []hit
	scanned := 0
	err = e.index.Scan(ctx, kind, lookup.selection, func(c Candidate) bool {
		scanned++
		if frequencies, ok := lookup.verify(c); ok {
			hits = append(hits, hit{id: c.ID, score: lookup.scorer.score(frequencies, c.Length, c.CreatedAt)})
		}
		return len(hits) < MaxTotal && scanned < mostScanned
	})
	if err != nil {
		return nil, err
	}
	if order == ByRelevance && len(query.All) > 0 {
		rank(hits)
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	return ids, nil
}

// resolve asks the index what the query's doubtful words mean.
func (e *Engine) resolve(ctx context.Context, kind Kind, query terms.Query) (terms.Query, error) {
	return query.Resolve(func(term string) (int, error) { return e.statistics.count(ctx, kind, term) })
}

// ListComments returns the ids of a post's comments, newest first; the newest
// MaxTotal where there are more.
func (e *Engine) ListComments(ctx context.Context, post PostID) ([]int64, error) {
	var ids []int64
	err := e.index.Scan(ctx, Comments, Selection{Post: post}, func(c Candidate) bool {
		ids = append(ids, c.ID)
		return len(ids) < MaxTotal
	})
	return ids, err
}

// lookup is how a query is answered.
type lookup struct {
	query     terms.Query
	selection Selection
	scorer    scorer
	// nothing says that no document can have all the terms.
	nothing bool
}

// plan looks the query's terms up, and puts the rarest first.
func (e *Engine) plan(ctx context.Context, kind Kind, query terms.Query) (l lookup, err error) {
	l.query = query
	l.selection.WithText = query.ReadsText()
	counts := map[string]int{}
	for _, c := range query.All {
		if !l.selection.WithText {
			l.selection.Frequencies = append(l.selection.Frequencies, c.Terms[0])
		}
		for _, t := range c.Terms {
			if _, known := counts[t]; known || len(counts) == mostTerms {
				continue
			}
			if counts[t], err = e.statistics.count(ctx, kind, t); err != nil {
				return l, err
			}
			if counts[t] == 0 {
				l.nothing = true
				return l, nil
			}
			l.selection.Terms = append(l.selection.Terms, t)
		}
	}
	slices.SortStableFunc(l.selection.Terms, func(a, b string) int { return counts[a] - counts[b] })
	measures, err := e.statistics.measure(ctx, kind)
	l.scorer = newScorer(frequenciesOf(query, counts), measures)
	return l, err
}

// frequenciesOf estimates in how many documents each clause is: in no more than
// its rarest term.
func frequenciesOf(query terms.Query, counts map[string]int) []int {
	frequencies := make([]int, len(query.All))
	for i, c := range query.All {
		frequencies[i] = mostCounted
		for _, t := range c.Terms {
			if n, known := counts[t]; known {
				frequencies[i] = min(frequencies[i], n)
			}
		}
	}
	return frequencies
}

// verify returns how often each clause occurs; ok is false where one does not,
// or an excluded one does.
func (l lookup) verify(c Candidate) (frequencies []int, ok bool) {
	if !l.selection.WithText {
		return c.Frequencies, true
	}
	for _, clause := range l.query.None {
		if clause.Frequency(c.Body, c.Tags) > 0 {
			return nil, false
		}
	}
	for _, clause := range l.query.All {
		n := clause.Frequency(c.Body, c.Tags)
		if n == 0 {
			return nil, false
		}
		frequencies = append(frequencies, n)
	}
	return frequencies, true
}
