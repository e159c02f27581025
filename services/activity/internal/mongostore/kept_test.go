package mongostore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

func unreachable(t *testing.T) *mongostore.Store {
	t.Helper()
	client, err := mongo.Open(mongo.Config{URI: "mongodb://127.0.0.1:1", Database: "dailyfeed"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return mongostore.New(client, now)
}

func TestWhatIsBuriedStaysBuried(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	post, comment, other := activity.Thing{Post: 7}, activity.Thing{Comment: 7}, activity.Thing{Post: 8}
	burial := []activity.Burial{{Thing: post, Version: 3, At: at(0)}, {Thing: comment, Version: 2, At: at(1)}}
	require.NoError(t, store.Bury(t.Context(), burial))
	require.NoError(t, store.Bury(t.Context(), burial))
	buried, err := store.FindBuried(t.Context(), []activity.Thing{post, comment, other, post})
	require.NoError(t, err)
	require.Equal(t, map[activity.Thing]bool{post: true, comment: true}, buried)
	none, err := store.FindBuried(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestAMarkOnlyRises(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	mark, err := store.FindMark(t.Context(), 7)
	require.NoError(t, err)
	require.Zero(t, mark)
	for _, step := range []struct{ until, want time.Time }{{at(10), at(10)}, {at(5), at(10)}, {at(20), at(20)}} {
		require.NoError(t, store.RaiseMark(t.Context(), 7, step.until))
		mark, err = store.FindMark(t.Context(), 7)
		require.NoError(t, err)
		require.True(t, step.want.Equal(mark))
	}
}

func TestWhatIsOldIsRemovedOldestFirst(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	for i, key := range []string{"a", "b", "c", "d"} {
		require.NoError(t, store.Upsert(t.Context(), []activity.Activity{liked(key, 7, 1, at(i))}))
		require.NoError(t, store.RaiseMark(t.Context(), activity.MemberID(i), at(i)))
		require.NoError(t, store.Bury(t.Context(), []activity.Burial{{Thing: activity.Thing{Post: activity.PostID(i + 1)}, At: at(i)}}))
	}
	removed, err := store.RemoveActivities(t.Context(), at(3), 2)
	require.NoError(t, err)
	require.EqualValues(t, 2, removed)
	left, err := store.ListOf(t.Context(), 7, nil, activity.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []activity.ID{liked("d", 7, 1, at(3)).ID, liked("c", 7, 1, at(2)).ID}, idsOf(left))
	removed, err = store.ForgetDeletions(t.Context(), at(2), 10)
	require.NoError(t, err)
	require.EqualValues(t, 2, removed)
	removed, err = store.ForgetMarks(t.Context(), at(2), 10)
	require.NoError(t, err)
	require.EqualValues(t, 2, removed)
	removed, err = store.ForgetMarks(t.Context(), at(2), 10)
	require.NoError(t, err)
	require.Zero(t, removed)
}

func letter(offset int64, value string) activity.Letter {
	return activity.Letter{
		Topic: "member-activity-20261120", Partition: 3, Offset: offset, Key: []byte("key"), Value: []byte(value),
		Headers: []activity.LetterHeader{{Key: "ce_id", Value: []byte("1")}}, Error: "cannot be\xff", Attempts: 1,
	}
}

func TestALetterIsKeptWholeAndOnce(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	box := mongostore.NewLetterBox(store, "group")
	for range 3 {
		require.NoError(t, box.KeepLetter(t.Context(), letter(9, "v"), at(0)))
	}
	require.NoError(t, box.KeepLetter(t.Context(), letter(9, "of a topic that was made again"), at(1)))
	require.NoError(t, mongostore.NewLetterBox(store, "another group").KeepLetter(t.Context(), letter(9, "v"), at(0)))
	counts, err := box.CountLetters(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, counts.Waiting)
	require.Zero(t, counts.Parked)
	require.WithinDuration(t, now(), counts.Oldest, time.Minute)

	claimed, err := box.ClaimLetter(t.Context(), at(5), at(65))
	require.NoError(t, err)
	want := letter(9, "v")
	want.ID, want.Error = claimed.ID, "cannot be?"
	require.Equal(t, want, claimed)
}

func TestAClaimedLetterIsNobodyElsesUntilItsLease(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	box := mongostore.NewLetterBox(store, "group")
	require.NoError(t, box.KeepLetter(t.Context(), letter(1, "v"), at(10)))
	_, err := box.ClaimLetter(t.Context(), at(9), at(60))
	require.ErrorIs(t, err, activity.ErrAbsent, "not due yet")
	claimed, err := box.ClaimLetter(t.Context(), at(10), at(60))
	require.NoError(t, err)
	_, err = box.ClaimLetter(t.Context(), at(59), at(120))
	require.ErrorIs(t, err, activity.ErrAbsent)
	_, err = box.ClaimLetter(t.Context(), at(60), at(120))
	require.NoError(t, err, "who claimed it may have died")

	claimed.Attempts, claimed.Error = 10, "again"
	require.NoError(t, box.ReturnLetter(t.Context(), claimed, at(61), true))
	_, err = box.ClaimLetter(t.Context(), at(1000), at(1060))
	require.ErrorIs(t, err, activity.ErrAbsent, "parked")
	counts, err := box.CountLetters(t.Context())
	require.NoError(t, err)
	require.Equal(t, activity.LetterCounts{Parked: 1}, counts)
	require.NoError(t, box.RemoveLetter(t.Context(), claimed.ID))
	counts, err = box.CountLetters(t.Context())
	require.NoError(t, err)
	require.Equal(t, activity.LetterCounts{}, counts)
}

// spec 11: "parked letters after 90 days with an export"
func TestParkedLettersOfAllGroupsLeaveOnceTheyAreArchived(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	for i, group := range []string{"a", "b"} {
		box := mongostore.NewLetterBox(store, group)
		require.NoError(t, box.KeepLetter(t.Context(), letter(int64(i), "v"), at(0)))
		claimed, err := box.ClaimLetter(t.Context(), at(0), at(60))
		require.NoError(t, err)
		require.NoError(t, box.ReturnLetter(t.Context(), claimed, at(0), true))
		require.NoError(t, box.KeepLetter(t.Context(), letter(9, "waits"), at(0)))
	}
	archived := map[string]activity.Letter{}
	keep := func(_ context.Context, group string, l activity.Letter) error { archived[group] = l; return nil }
	removed, err := store.ExpireLetters(t.Context(), now().Add(-time.Hour), 10, keep)
	require.NoError(t, err)
	require.Zero(t, removed, "they are young")
	full := errors.New("the archive is full")
	_, err = store.ExpireLetters(t.Context(), now().Add(time.Hour), 10, func(context.Context, string, activity.Letter) error { return full })
	require.ErrorIs(t, err, full)
	removed, err = store.ExpireLetters(t.Context(), now().Add(time.Hour), 10, keep)
	require.NoError(t, err)
	require.Equal(t, 2, removed, "nothing had left without the archive")
	require.Equal(t, []byte("v"), archived["a"].Value)
	require.EqualValues(t, 1, archived["b"].Offset)
	counts, err := mongostore.NewLetterBox(store, "a").CountLetters(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Waiting, "what waits stays")
	require.Zero(t, counts.Parked)
}
