package search

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// entry is a document of a library.
type entry struct {
	Candidate
	words terms.Text
}

// library is an index in memory, newest first, that writes down what it is asked.
type library struct {
	entries []entry
	asked   []Selection
	counted []string
	visited int
	err     error
}

func (l *library) put(id int64, age time.Duration, title, text string) {
	words := terms.Analyze(title, text)
	l.entries = append(l.entries, entry{
		Candidate{ID: id, CreatedAt: noon.Add(-age), Length: words.Length, Body: words.Body, Tags: words.Tags}, words,
	})
	slices.SortStableFunc(l.entries, func(a, b entry) int { return b.CreatedAt.Compare(a.CreatedAt) })
}

func (l *library) Scan(_ context.Context, _ Kind, selection Selection, visit func(Candidate) bool) error {
	l.asked = append(l.asked, selection)
	for _, e := range l.entries {
		if slices.ContainsFunc(selection.Terms, func(t string) bool { return !slices.Contains(e.words.Terms, t) }) {
			continue
		}
		l.visited++
		c := e.Candidate
		for _, t := range selection.Frequencies {
			c.Frequencies = append(c.Frequencies, max(1, e.words.Frequencies[t]))
		}
		if !visit(c) {
			break
		}
	}
	return l.err
}

func (l *library) CountTerm(_ context.Context, _ Kind, term string, most int) (int, error) {
	l.counted = append(l.counted, term)
	n := 0
	for _, e := range l.entries {
		if slices.Contains(e.words.Terms, term) {
			n++
		}
	}
	return min(n, most), l.err
}

func (l *library) Measure(context.Context, Kind) (Measures, error) {
	return Measures{Documents: len(l.entries), AverageLength: 5}, l.err
}

func (l *library) rank(t *testing.T, keyword string, order Order) []int64 {
	t.Helper()
	ids, err := NewEngine(l, func() time.Time { return noon }).Rank(t.Context(), Posts, terms.Parse(keyword), 0, order)
	require.NoError(t, err)
	return ids
}

func TestTotalsAreExactUpToTenThousandAndThenTenThousand(t *testing.T) {
	t.Parallel()
	l := &library{}
	for id := range int64(MaxTotal - 1) {
		l.entries = append(l.entries, entry{Candidate{ID: id + 1, CreatedAt: noon, Length: 1}, terms.Text{Terms: []string{"한강"}}})
	}
	require.Len(t, l.rank(t, "한강", ByRelevance), MaxTotal-1)
	for id := range int64(500) {
		l.entries = append(l.entries, entry{Candidate{ID: MaxTotal + id, CreatedAt: noon, Length: 1}, terms.Text{Terms: []string{"한강"}}})
	}
	require.Len(t, l.rank(t, "한강", ByRelevance), MaxTotal)
	found, err := fill(t.Context(), newAbsences(time.Now), l.rank(t, "한강", ByRecency), Slice{Limit: 10}, func(_ context.Context, ids []int64) (map[int64]int64, error) {
		live := map[int64]int64{}
		for _, id := range ids {
			live[id] = id
		}
		return live, nil
	})
	require.NoError(t, err)
	require.Equal(t, MaxTotal, found.Total)
}

func TestTiesAreBrokenByIDTheHigherFirst(t *testing.T) {
	t.Parallel()
	l := &library{}
	for _, id := range []int64{3, 9, 1, 7} {
		l.put(id, time.Hour, "", "한강 걷기")
	}
	require.Equal(t, []int64{9, 7, 3, 1}, l.rank(t, "한강", ByRelevance))
}

func TestTheRarestWordComesFirstAndIsAllThatIsWalked(t *testing.T) {
	t.Parallel()
	l := &library{}
	for id := range int64(100) {
		l.put(id+1, time.Hour, "", "한강 걷기")
	}
	l.put(200, time.Hour, "", "한강 두루미")
	require.Equal(t, []int64{200}, l.rank(t, "한강 두루미", ByRelevance))
	require.Contains(t, []string{"두루", "루미"}, l.asked[0].Terms[0])
	require.Equal(t, "한강", l.asked[0].Terms[len(l.asked[0].Terms)-1])
	require.Equal(t, 1, l.visited)
}

func TestAWordThatNobodyWroteCostsNoScan(t *testing.T) {
	t.Parallel()
	l := &library{}
	l.put(1, time.Hour, "", "한강")
	require.Empty(t, l.rank(t, "한강 비행기", ByRelevance))
	require.Empty(t, l.asked)
}

func TestHowOftenWordsOccurIsAskedOnceAMinute(t *testing.T) {
	t.Parallel()
	l := &library{}
	l.put(1, time.Hour, "", "한강")
	at := noon
	engine := NewEngine(l, func() time.Time { return at })
	ask := func() {
		_, err := engine.Rank(t.Context(), Posts, terms.Parse("한강"), 0, ByRelevance)
		require.NoError(t, err)
	}
	ask()
	ask()
	require.Len(t, l.counted, 1)
	at = at.Add(statisticsKept)
	ask()
	require.Len(t, l.counted, 2, "frequencies and lengths are kept up to date")
}

// asking is an index that is asked something while it is asked.
type asking struct {
	*library
	meanwhile func()
}

func (a *asking) CountTerm(ctx context.Context, kind Kind, term string, most int) (int, error) {
	n, err := a.library.CountTerm(ctx, kind, term, most)
	if again := a.meanwhile; again != nil {
		a.meanwhile = nil
		again()
	}
	return n, err
}

func TestWhileOneAsksAnewTheOthersGoOnWithTheOldNumbers(t *testing.T) {
	t.Parallel()
	l := &asking{library: &library{}}
	l.put(1, time.Hour, "", "한강")
	at := noon
	engine := NewEngine(l, func() time.Time { return at })
	ask := func() {
		ids, err := engine.Rank(t.Context(), Posts, terms.Parse("한강"), 0, ByRelevance)
		require.NoError(t, err)
		require.Equal(t, []int64{1}, ids)
	}
	ask()
	at = at.Add(statisticsKept)
	l.meanwhile = func() { ask(); ask() }
	ask()
	require.Len(t, l.counted, 2)
	l.err = errors.New("down")
	at = at.Add(statisticsKept)
	_, err := engine.Rank(t.Context(), Posts, terms.Parse("한강"), 0, ByRelevance)
	require.ErrorIs(t, err, l.err)
	l.err = nil
	at = at.Add(refreshedWithin)
	ask()
	require.Len(t, l.counted, 4, "who failed is followed by another")
}

func TestAWordThatNobodyHasAnyMoreIsForgotten(t *testing.T) {
	t.Parallel()
	l := &library{}
	l.put(1, time.Hour, "", "한강")
	at := noon
	engine := NewEngine(l, func() time.Time { return at })
	for want, change := range []func(){func() { l.entries = nil; at = at.Add(statisticsKept) }, func() { l.put(2, time.Hour, "", "한강") }, func() {}} {
		ids, err := engine.Rank(t.Context(), Posts, terms.Parse("한강"), 0, ByRelevance)
		require.NoError(t, err)
		require.Len(t, ids, []int{1, 0, 1}[want])
		change()
	}
}

func TestAgeHalvesAYearAndRelevanceCountsMoreThanDays(t *testing.T) {
	t.Parallel()
	l := &library{}
	l.put(1, 24*time.Hour, "", "한강 이야기는 아니고 그저 한참을 길게 쓴 글")
	l.put(2, 3*24*time.Hour, "한강", "한강 걷기")
	l.put(3, 3*365*24*time.Hour, "한강", "한강 걷기")
	require.Equal(t, []int64{2, 1, 3}, l.rank(t, "한강", ByRelevance))
	require.Equal(t, []int64{1, 2, 3}, l.rank(t, "한강", ByRecency))
}

func TestTheScanOfAPhraseOfCommonWordsIsBounded(t *testing.T) {
	t.Parallel()
	l := &library{}
	words := terms.Analyze("", "걷기 한강")
	for id := range int64(mostScanned + 100) {
		l.entries = append(l.entries, entry{Candidate{ID: id + 1, CreatedAt: noon, Length: 2, Body: words.Body}, terms.Text{Terms: []string{"걷기", "한강"}}})
	}
	require.Empty(t, l.rank(t, `"한강 걷기"`, ByRelevance))
	require.Equal(t, mostScanned, l.visited)
}

func TestAnIndexThatFailsFailsTheSearch(t *testing.T) {
	t.Parallel()
	l := &library{err: errors.New("down")}
	l.put(1, time.Hour, "", "한강")
	_, err := NewEngine(l, time.Now).Rank(t.Context(), Posts, terms.Parse("한강"), 0, ByRelevance)
	require.ErrorIs(t, err, l.err)
}
