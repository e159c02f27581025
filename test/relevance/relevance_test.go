package relevance_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/test/relevance"
)

func set(t *testing.T) ([]relevance.Post, []relevance.Query) {
	t.Helper()
	subjects, err := relevance.Subjects()
	require.NoError(t, err)
	posts := relevance.Posts(subjects)
	return posts, relevance.Queries(subjects, posts)
}

func TestTheSetIsLargeVariedAndTheSameEachTime(t *testing.T) {
	t.Parallel()
	posts, queries := set(t)
	again, _ := set(t)
	require.Equal(t, posts, again)
	require.GreaterOrEqual(t, len(posts), 3000)
	require.GreaterOrEqual(t, len(queries), 300)
	texts, keywords := map[string]bool{}, map[string]bool{}
	for _, p := range posts {
		texts[p.Title+p.Text] = true
	}
	require.Greater(t, len(texts), len(posts)*9/10, "hardly a post is as another")
	for _, q := range queries {
		require.False(t, keywords[q.Keyword], "%s is asked twice", q.Keyword)
		keywords[q.Keyword] = true
	}
}

func TestEveryQueryHasAnAnswerAndSomethingThatIsNone(t *testing.T) {
	t.Parallel()
	posts, queries := set(t)
	for _, q := range queries {
		grades := map[relevance.Grade]int{}
		for _, p := range posts {
			grade, why := q.Judge(p)
			require.NotEmpty(t, why)
			grades[grade]++
		}
		require.Positive(t, grades[relevance.Answers], q.Keyword)
		require.Greater(t, grades[relevance.Nothing], len(posts)/2, q.Keyword)
	}
}

// A set whose grades follow from words proves nothing: some answers lack the
// word, and some that have it are none.
func TestGradesDoNotFollowFromWords(t *testing.T) {
	t.Parallel()
	posts, queries := set(t)
	without, against := 0, 0
	for _, q := range queries {
		if !strings.HasSuffix(q.Kind, " subject") {
			continue
		}
		for _, p := range posts {
			grade, _ := q.Judge(p)
			has := strings.Contains(strings.ToLower(p.Title+" "+p.Text), q.Keyword)
			if grade == relevance.Answers && !has {
				without++
			}
			if grade < relevance.Answers && has {
				against++
			}
		}
	}
	require.Greater(t, without, 300)
	require.Greater(t, against, 300)
}

func TestNDCGAndRecallAreWhatTheirDefinitionsSay(t *testing.T) {
	t.Parallel()
	posts := []relevance.Post{{ID: 1, About: "a"}, {ID: 2, About: "b"}, {ID: 3, About: "c"}}
	q := relevance.Query{Judge: func(p relevance.Post) (relevance.Grade, string) {
		return map[string]relevance.Grade{"a": relevance.Answers, "b": relevance.Touches}[p.About], "as it is"
	}}
	require.InDelta(t, 1, relevance.Rate(q, posts, []int64{1, 2, 3}).NDCG, 1e-9)
	require.InDelta(t, 1, relevance.Rate(q, posts, []int64{1, 2, 3}).Recall, 1e-9)
	// (1 + 7/log2(3)) / (7 + 1/log2(3))
	require.InDelta(t, 0.7098, relevance.Rate(q, posts, []int64{2, 1}).NDCG, 1e-4)
	require.Zero(t, relevance.Rate(q, posts, nil).NDCG)
	require.Zero(t, relevance.Rate(q, posts, []int64{3, 2}).Recall)
}

func TestSearchIsNoWorseThanItWas(t *testing.T) {
	t.Parallel()
	posts, queries := set(t)
	s := startService(t, posts)
	s.tell(t, posts)
	rate := func(queries []relevance.Query, sort string) []relevance.Score {
		scores := make([]relevance.Score, len(queries))
		var asking errgroup.Group
		asking.SetLimit(4)
		for i, q := range queries {
			asking.Go(func() error {
				found, err := s.ask(t.Context(), q.Keyword, sort, relevance.Reach)
				scores[i] = relevance.Rate(q, posts, found.ids)
				return err
			})
		}
		require.NoError(t, asking.Wait())
		return scores
	}
	ranked := rate(queries, "relevance")
	relevance.Print(os.Stdout, ranked)
	ndcg, recall := relevance.Mean(ranked)
	require.GreaterOrEqual(t, ndcg, relevance.NDCGFloor)
	require.GreaterOrEqual(t, recall, relevance.RecallFloor)

	// the proof that this can fail: some of the same without ranking
	var some []relevance.Query
	var same []relevance.Score
	for i := 0; i < len(queries); i += 6 {
		some, same = append(some, queries[i]), append(same, ranked[i])
	}
	unranked, _ := relevance.Mean(rate(some, "recent"))
	withRank, _ := relevance.Mean(same)
	fmt.Printf("every sixth query: nDCG@%d %.4f; newest first instead of ranked: %.4f\n", relevance.Depth, withRank, unranked)
	require.Less(t, unranked, relevance.NDCGFloor)
	require.Less(t, unranked, withRank)
}
