package listenerletter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/listenerletter"
)

// all are the letters of a state.
func all(t *testing.T, box *listenerletter.Box, state listenerletter.State) []listenerletter.Stored {
	t.Helper()
	var found []listenerletter.Stored
	for letter, err := range box.All(t.Context(), state) {
		require.NoError(t, err)
		found = append(found, letter)
	}
	return found
}

func offsets(letters []listenerletter.Stored) []int64 {
	found := []int64{}
	for _, l := range letters {
		found = append(found, l.Message.Offset)
	}
	return found
}

// parkAll has every letter of the group refused until it is parked.
func (h *house) parkAll(t *testing.T) {
	t.Helper()
	for range 9 {
		h.at = h.at.Add(time.Hour)
		_, err := h.Drain(t.Context(), refuse)
		require.NoError(t, err)
	}
}

func TestLettersAreListedByStateTheOldestFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range int64(3) {
		h.at = h.at.Add(time.Second)
		require.NoError(t, h.Keep(t.Context(), at(2-i), errNonsense))
	}
	h.parkAll(t)
	require.NoError(t, h.Discard(t.Context(), all(t, h.Box, listenerletter.AnyState)[1].ID, "kim", "쓸모없음"))
	for i := range int64(20) { // more than are read at once
		h.at = h.at.Add(time.Second)
		require.NoError(t, h.Keep(t.Context(), at(10+i), errNonsense))
	}
	require.NoError(t, h.of("group-b").Keep(t.Context(), at(99), errNonsense))

	require.Equal(t, []int64{2, 0}, offsets(all(t, h.Box, listenerletter.Parked)))
	require.Equal(t, []int64{1}, offsets(all(t, h.Box, listenerletter.Discarded)))
	require.Len(t, all(t, h.Box, listenerletter.Waiting), 20)
	everything := all(t, h.Box, listenerletter.AnyState)
	require.Equal(t, []int64{2, 1, 0, 10, 11}, offsets(everything[:5]))
	require.Len(t, everything, 23)
	for letter, err := range h.All(t.Context(), listenerletter.AnyState) { // who has seen enough stops
		require.NoError(t, err)
		require.Equal(t, int64(2), letter.Message.Offset)
		break
	}
}

func TestALetterIsShownWhole(t *testing.T) {
	t.Parallel()
	h := open(t)
	kept := h.at
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	h.parkAll(t)
	got, err := h.Show(t.Context(), all(t, h.Box, listenerletter.Parked)[0].ID)
	require.NoError(t, err)
	want := record
	want.Time = kept
	require.Equal(t, want, got.Message)
	require.Equal(t, "group-a", got.Group)
	require.Equal(t, "not an event: ?", got.Error)
	require.Equal(t, 10, got.Attempts)
	require.Equal(t, kept, got.CreatedAt)
	require.Equal(t, h.at, got.ParkedAt.UTC())
	require.Nil(t, got.DiscardedAt)
}

func TestALetterThatAPersonRetriesIsTriedAtOnceAndHasAllTriesAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	h.parkAll(t)
	id := all(t, h.Box, listenerletter.Parked)[0].ID
	require.NoError(t, h.Discard(t.Context(), id, "kim", "쓸모없음"))
	require.NoError(t, h.Retry(t.Context(), id))
	letter, err := h.Show(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, 1, letter.Attempts)
	require.Nil(t, letter.ParkedAt)
	require.Nil(t, letter.DiscardedAt)
	require.Empty(t, letter.DiscardedBy+letter.Reason)
	sum, err := h.Drain(t.Context(), done)
	require.NoError(t, err)
	require.Equal(t, listenerletter.Drained{Applied: 1}, sum)
}

func TestALetterThatAPersonDiscardsIsKeptWithWhoAndWhyAndNeverTried(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	id := all(t, h.Box, listenerletter.Waiting)[0].ID
	require.ErrorContains(t, h.Discard(t.Context(), id, "kim", ""), "who and why")
	require.NoError(t, h.Discard(t.Context(), id, "kim", "쓸모없음"))
	h.at = h.at.Add(time.Hour)
	sum, err := h.Drain(t.Context(), done)
	require.NoError(t, err)
	require.Zero(t, sum)
	letter, err := h.Show(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, []string{"kim", "쓸모없음"}, []string{letter.DiscardedBy, letter.Reason})
	require.NotNil(t, letter.DiscardedAt)
}

func TestLettersOfOtherGroupsAreAbsent(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.of("group-b").Keep(t.Context(), record, errNonsense))
	others := all(t, h.of("group-b"), listenerletter.AnyState)[0].ID
	for id, want := range map[string]error{
		others: listenerletter.ErrAbsent, strings.Repeat("0", 24): listenerletter.ErrAbsent, "한글": listenerletter.ErrNoID,
	} {
		_, err := h.Show(t.Context(), id)
		require.ErrorIs(t, err, want, id)
		require.ErrorIs(t, h.Retry(t.Context(), id), want, id)
		require.ErrorIs(t, h.Discard(t.Context(), id, "kim", "x"), want, id)
	}
}
