package relevance

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
)

const (
	// Depth is how many results NDCG looks at.
	Depth = 10
	// Reach is how many results recall looks at: the largest page there is.
	Reach = 100
)

// Score is how one query was answered.
type Score struct {
	Query Query
	// NDCG is in 0..1: 1 where the first ten could not be better.
	NDCG float64
	// Recall is in 0..1: the share of the answers that is among the first hundred,
	// of those that can be.
	Recall float64
	// Answers is how many posts answer the query.
	Answers int
}

// Rate compares an answer, ids in their order, with what could have been.
func Rate(q Query, posts []Post, answer []int64) Score {
	grades := make(map[int64]Grade, len(posts))
	var ideal []Grade
	s := Score{Query: q}
	for _, p := range posts {
		grade, _ := q.Judge(p)
		grades[p.ID] = grade
		ideal = append(ideal, grade)
		if grade == Answers {
			s.Answers++
		}
	}
	slices.SortFunc(ideal, func(a, b Grade) int { return cmp.Compare(b, a) })
	var got []Grade
	found := 0
	for _, id := range answer[:min(len(answer), Reach)] {
		got = append(got, grades[id])
		if grades[id] == Answers {
			found++
		}
	}
	s.NDCG = gain(got) / gain(ideal)
	s.Recall = float64(found) / float64(min(s.Answers, Reach))
	return s
}

func gain(grades []Grade) float64 {
	sum := 0.0
	for i, g := range grades[:min(len(grades), Depth)] {
		sum += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i)+2)
	}
	return sum
}

// Mean is the mean of scores.
func Mean(scores []Score) (ndcg, recall float64) {
	for _, s := range scores {
		ndcg += s.NDCG / float64(len(scores))
		recall += s.Recall / float64(len(scores))
	}
	return ndcg, recall
}

// Print writes a line per kind of query, the worst queries, and the mean.
func Print(out io.Writer, scores []Score) {
	kinds := map[string][]Score{}
	for _, s := range scores {
		kinds[s.Query.Kind] = append(kinds[s.Query.Kind], s)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "kind\tqueries\tnDCG@%d\trecall@%d\t\n", Depth, Reach)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		ndcg, recall := Mean(kinds[kind])
		fmt.Fprintf(table, "%s\t%d\t%.3f\t%.3f\t\n", kind, len(kinds[kind]), ndcg, recall)
	}
	ndcg, recall := Mean(scores)
	fmt.Fprintf(table, "all\t%d\t%.4f\t%.4f\t\n", len(scores), ndcg, recall)
	_ = table.Flush()
	worst := slices.SortedFunc(slices.Values(scores), func(a, b Score) int { return cmp.Compare(a.NDCG, b.NDCG) })
	fmt.Fprintln(out, "worst:")
	for _, s := range worst[:min(len(worst), 12)] {
		fmt.Fprintf(out, "  %.3f  recall %.3f  %s: %s\n", s.NDCG, s.Recall, s.Query.Kind, s.Query.Keyword)
	}
}
