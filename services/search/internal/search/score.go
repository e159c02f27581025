package search

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// The parameters of BM25. Length counts for less than it does among articles:
// posts are all short (docs/adr/0016).
const (
	saturation  = 1.2 // k1
	lengthShare = 0.3 // b
)

// halfLife is after how long a document of the same relevance counts half.
const halfLife = 365 * 24 * time.Hour

// scorer rates candidates of one query.
//
//	score = Σ idf(t) · tf(t)·(k1+1) / (tf(t) + k1·(1 − b + b·length/average)) · 2^(−age / half-life)
//	idf(t) = ln(1 + (N − df(t) + 0.5) / (df(t) + 0.5))
//
// A score is kept as its logarithm with the age taken from a fixed day instead
// of now: all scores shift alike as time goes by, so the order of two documents
// does not change between one page and the next.
type scorer struct {
	idf     []float64
	average float64
}

func newScorer(documentFrequencies []int, measures Measures) scorer {
	s := scorer{average: max(measures.AverageLength, 1)}
	for _, df := range documentFrequencies {
		n := float64(max(measures.Documents, df))
		s.idf = append(s.idf, math.Log(1+(n-float64(df)+0.5)/(float64(df)+0.5)))
	}
	return s
}

// score takes the frequency of each clause.
func (s scorer) score(frequencies []int, length int, createdAt time.Time) float64 {
	norm := saturation * (1 - lengthShare + lengthShare*float64(length)/s.average)
	relevance := 0.0
	for i, n := range frequencies {
		tf := float64(n)
		relevance += s.idf[i] * tf * (saturation + 1) / (tf + norm)
	}
	return math.Log2(max(relevance, math.SmallestNonzeroFloat64)) + float64(createdAt.Unix())/halfLife.Seconds()
}

// hit is a document that was found.
type hit struct {
	id    int64
	score float64
}

// rank sorts by score, ties by descending id.
func rank(hits []hit) {
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.id, a.id)) })
}
