package mysqlstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

func TestAViewThatIsToldTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.post(t, 1), h.post(t, 1)
	now := time.Now().UTC()
	reads := []content.PostRead{
		{EventID: [16]byte{1}, PostID: first.ID},
		{EventID: [16]byte{2}, PostID: first.ID},
		{EventID: [16]byte{2}, PostID: first.ID},
		{EventID: [16]byte{3}, PostID: second.ID},
		{EventID: [16]byte{4}, PostID: 404},
	}
	for range 3 {
		require.NoError(t, h.store.CountReads(t.Context(), reads, now))
	}
	require.EqualValues(t, 2, h.counters(t, first.ID).Views)
	require.EqualValues(t, 1, h.counters(t, second.ID).Views)
	require.EqualValues(t, 2, h.count(t, "SELECT popularity FROM post_stats WHERE post_id = ?", first.ID))
}

// Two consumers may have the same records for a moment, around a rebalance.
func TestViewsThatAreCountedInTwoPlacesAtOnceCountOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	var reads []content.PostRead
	for i := range 200 {
		reads = append(reads, content.PostRead{EventID: [16]byte{byte(i), 9}, PostID: post.ID})
	}
	together(6, func(int) error { return h.store.CountReads(t.Context(), reads, time.Now().UTC()) })
	require.NoError(t, h.store.CountReads(t.Context(), reads, time.Now().UTC()), "who lost tries again")
	require.EqualValues(t, 200, h.counters(t, post.ID).Views)
}

func TestCountedViewsAreForgottenWhenTheirEventsAreGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := h.post(t, 1)
	old := time.Now().UTC().Add(-9 * 24 * time.Hour)
	require.NoError(t, h.store.CountReads(t.Context(), []content.PostRead{{EventID: [16]byte{1}, PostID: post.ID}}, old))
	require.NoError(t, h.store.CountReads(t.Context(), []content.PostRead{{EventID: [16]byte{2}, PostID: post.ID}}, time.Now().UTC()))
	forgotten, err := h.store.ForgetReads(t.Context(), time.Now().UTC().Add(-8*24*time.Hour), 100)
	require.NoError(t, err)
	require.EqualValues(t, 1, forgotten)
	require.EqualValues(t, 2, h.counters(t, post.ID).Views)
}
