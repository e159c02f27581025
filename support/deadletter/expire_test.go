package deadletter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
)

// archive keeps what it is given, unless it is full.
type archive struct {
	full      error
	parked    []deadletter.Stored
	discarded []deadletter.Discarded
}

func (a *archive) KeepParked(_ context.Context, l deadletter.Stored) error {
	if a.full == nil {
		a.parked = append(a.parked, l)
	}
	return a.full
}

func (a *archive) KeepDiscarded(_ context.Context, l deadletter.Discarded) error {
	if a.full == nil {
		a.discarded = append(a.discarded, l)
	}
	return a.full
}

// parkTwo leaves k0 parked and k1 discarded, and k2 waiting.
func parkTwo(t *testing.T, p post) {
	t.Helper()
	p.broker.set(func(b *broker) { b.refuse["k0"], b.refuse["k1"] = true, true })
	p.died(t, letters(2))
	for range 10 {
		p.clock.advance(10 * time.Minute)
		_, err := p.drain("b").DrainDue(t.Context())
		require.NoError(t, err)
	}
	parked, err := p.store("b").List(t.Context(), deadletter.Choice{State: deadletter.Parked}, 10)
	require.NoError(t, err)
	require.NoError(t, p.store("b").Discard(t.Context(), parked[1].ID, "on-call", "쓸모없음"))
	p.died(t, letters(3)[2:])
}

func TestLettersAreListedByStateAndKeyTheOldestFirst(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	parkTwo(t, p)
	store := p.store("b")
	keys := func(choice deadletter.Choice, limit int) (keys []string) {
		found, err := store.List(t.Context(), choice, limit)
		require.NoError(t, err)
		for _, l := range found {
			keys = append(keys, l.MessageKey)
		}
		return keys
	}
	require.Equal(t, []string{"k0", "k2"}, keys(deadletter.Choice{}, 10))
	require.Equal(t, []string{"k0"}, keys(deadletter.Choice{}, 1))
	require.Equal(t, []string{"k2"}, keys(deadletter.Choice{KeyPrefix: "k2"}, 1), "what is not chosen does not count")
	require.Equal(t, []string{"k0"}, keys(deadletter.Choice{State: deadletter.Parked}, 10))
	require.Equal(t, []string{"k2"}, keys(deadletter.Choice{State: deadletter.Leased}, 10))
	require.Empty(t, keys(deadletter.Choice{State: deadletter.Waiting}, 10))
	p.clock.advance(time.Minute)
	require.Equal(t, []string{"k2"}, keys(deadletter.Choice{State: deadletter.Waiting}, 1))

	discarded, err := store.ListDiscarded(t.Context(), "k", 10)
	require.NoError(t, err)
	require.Len(t, discarded, 1)
	none, err := store.ListDiscarded(t.Context(), "k0", 10)
	require.NoError(t, err)
	require.Empty(t, none)
	one, err := store.ShowDiscarded(t.Context(), discarded[0].ID)
	require.NoError(t, err)
	require.Equal(t, discarded[0], one)
	_, err = store.ShowDiscarded(t.Context(), discarded[0].ID+1)
	require.ErrorIs(t, err, deadletter.ErrAbsent)
}

// spec 11: parked letters after 90 days with an export
func TestParkedLettersLeaveAfterTheirTimeAndAreArchivedWhole(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	parkTwo(t, p)
	store, kept := p.store("b"), new(archive)
	removed, err := store.Expire(t.Context(), p.clock.now().Add(-deadletter.ParkedLife), kept)
	require.NoError(t, err)
	require.Zero(t, removed, "they are young")

	p.clock.advance(deadletter.ParkedLife + time.Hour)
	kept.full = errors.New("the archive is full")
	_, err = store.Expire(t.Context(), p.clock.now().Add(-deadletter.ParkedLife), kept)
	require.ErrorIs(t, err, kept.full)
	require.EqualValues(t, 1, p.counts(t).Parked, "nothing leaves that was not archived")

	kept.full = nil
	removed, err = store.Expire(t.Context(), p.clock.now().Add(-deadletter.ParkedLife), kept)
	require.NoError(t, err)
	require.Equal(t, 2, removed)
	want := letters(2)
	require.Len(t, kept.parked, 1)
	require.Equal(t, want[0].Payload, kept.parked[0].Payload)
	require.Equal(t, want[0].Headers, kept.parked[0].Headers)
	require.Len(t, kept.discarded, 1)
	require.Equal(t, []string{"k1", "on-call", "쓸모없음"}, []string{kept.discarded[0].MessageKey, kept.discarded[0].DiscardedBy, kept.discarded[0].Reason})
	counts := p.counts(t)
	require.EqualValues(t, 1, counts.Waiting, "what waits is never removed, however old")
	require.Zero(t, counts.Parked)
}

func TestExpiringGoesThroughAsManyAsThereAre(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.died(t, letters(250))
	require.NoError(t, p.pool.DB(t.Context()).Exec("UPDATE content_publisher_dead_letters SET parked_at = ?", p.clock.now()).Error)
	removed, err := p.store("b").Expire(t.Context(), p.clock.now().Add(time.Second), new(archive))
	require.NoError(t, err)
	require.Equal(t, 250, removed)
}

// Not parallel: the log is the process's.
func TestTheLogKeepsALetterWhole(t *testing.T) { //nolint:paralleltest // see above
	var written bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&written, nil)))
	defer slog.SetDefault(before)
	letter := letters(1)[0]
	require.NoError(t, deadletter.LogArchive{}.KeepParked(t.Context(), deadletter.Stored{Letter: letter, LastError: "too large"}))
	var line deadletter.Letter
	fields := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(written.Bytes(), &fields))
	require.NoError(t, json.Unmarshal(fields["payload"], &line.Payload))
	require.NoError(t, json.Unmarshal(fields["headers"], &line.Headers))
	require.Equal(t, letter.Payload, line.Payload)
	require.Equal(t, letter.Headers, line.Headers)
	require.JSONEq(t, `"`+letter.EventID+`"`, string(fields["event_id"]))
}
