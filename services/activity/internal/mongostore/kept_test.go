package mongostore_test

import (
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
