package mongostore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

func TestUpsertStoresEveryField(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	want := activity.FromEvent(activity.Activity{
		Key: "k", EventID: "e", Type: activity.CommentCreate, MemberID: 1, PostID: 2, CommentID: 3, TargetID: 4, Version: 5,
		CreatedAt: at(0), UpdatedAt: at(0),
	})
	require.NoError(t, store.Upsert(t.Context(), []activity.Activity{want}))
	found, err := store.FindByKey(t.Context(), "k")
	require.NoError(t, err)
	require.WithinDuration(t, now(), found.RecordedAt, time.Minute)
	want.RecordedAt = found.RecordedAt
	require.Equal(t, want, found)
	byID, err := store.FindByID(t.Context(), want.ID)
	require.NoError(t, err)
	require.Equal(t, want, byID)
}

func TestAnEventThatIsNotNewerChangesNothing(t *testing.T) {
	t.Parallel()
	first := liked("k", 7, 3, at(10))
	for name, c := range map[string]struct {
		next  activity.Activity
		newer bool
	}{
		"the same":                        {liked("k", 7, 3, at(10)), false},
		"a lower version, later":          {liked("k", 7, 2, at(20)), false},
		"a higher version":                {liked("k", 7, 5, at(30)), true},
		"a higher version, earlier":       {liked("k", 7, 5, at(5)), true},
		"the same version, but later":     {liked("k", 7, 3, at(11)), true},
		"the same version, but earlier":   {liked("k", 7, 3, at(9)), false},
		"the same within a millisecond":   {liked("k", 7, 3, at(10).Add(10*time.Microsecond)), false},
		"no version (a member's own say)": {liked("k", 7, 0, at(40)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _ := open(t)
			c.next.EventID = "another"
			require.NoError(t, store.Upsert(t.Context(), []activity.Activity{first}))
			require.NoError(t, store.Upsert(t.Context(), []activity.Activity{c.next}))
			found, err := store.FindByKey(t.Context(), "k")
			require.NoError(t, err)
			want := first
			want.RecordedAt = found.RecordedAt
			if c.newer {
				want.Version, want.UpdatedAt, want.EventID = c.next.Version, c.next.UpdatedAt, "another"
			}
			require.Equal(t, want, found, "the first created_at and the id stay")
		})
	}
}

func TestVersionsOfOneThingInOneBatchEndWithTheHighest(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	batch := []activity.Activity{liked("k", 7, 1, at(1)), liked("k", 7, 5, at(5)), liked("k", 7, 3, at(3)), liked("other", 7, 1, at(1))}
	require.NoError(t, store.Upsert(t.Context(), batch))
	found, err := store.FindByKey(t.Context(), "k")
	require.NoError(t, err)
	require.EqualValues(t, 5, found.Version)
	require.Equal(t, at(1), found.CreatedAt)
	require.NoError(t, store.Upsert(t.Context(), nil))
}

// Many writers at once, each with all versions in an order of its own: one
// document with the highest version.
func TestWritersAtOnceMakeOneActivityWithTheNewestVersion(t *testing.T) {
	t.Parallel()
	store, client := open(t)
	const writers, versions = 16, 12
	var writing errgroup.Group
	for range writers {
		writing.Go(func() error {
			for _, version := range rand.Perm(versions) {
				if err := store.Upsert(t.Context(), []activity.Activity{liked("k", 7, int64(version+1), at(version+1))}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, writing.Wait())
	count, err := client.Collection("member_activities").CountDocuments(t.Context(), struct{}{})
	require.NoError(t, err)
	require.EqualValues(t, 1, count)
	found, err := store.FindByKey(t.Context(), "k")
	require.NoError(t, err)
	require.EqualValues(t, versions, found.Version)
	require.Equal(t, at(versions), found.UpdatedAt)
}

func TestAnIdBelongsToOneKey(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	one, other := liked("k", 7, 1, at(0)), liked("other", 7, 1, at(0))
	other.ID = one.ID
	require.NoError(t, store.Upsert(t.Context(), []activity.Activity{one}))
	require.ErrorIs(t, store.Upsert(t.Context(), []activity.Activity{other}), activity.ErrPresent)
	_, err := store.FindByKey(t.Context(), "other")
	require.ErrorIs(t, err, activity.ErrAbsent)
	for _, id := range []activity.ID{"", "x", "000000000000000000000000"} {
		_, err = store.FindByID(t.Context(), id)
		require.ErrorIs(t, err, activity.ErrAbsent)
	}
}

// Walk against a sort of everything: more members than one query takes, ties of
// time, each position as a start.
func TestWalkMergesAllMembersInOneOrder(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	var all []activity.Activity
	var members []activity.MemberID
	for member := range activity.MemberID(150) {
		members = append(members, member+1)
		a := liked(fmt.Sprint("like ", member), member+1, 1, at(int(member)%7))
		if member%2 == 0 {
			a.Type = activity.PostCreate
		}
		if member%5 == 0 {
			a.Type = activity.PostRead
		}
		all = append(all, a)
	}
	require.NoError(t, store.Upsert(t.Context(), all))
	want := slices.DeleteFunc(all, func(a activity.Activity) bool { return a.Type == activity.PostRead })
	slices.SortFunc(want, func(a, b activity.Activity) int {
		if order := b.CreatedAt.Compare(a.CreatedAt); order != 0 {
			return order
		}
		return slices.Compare([]byte(b.ID), []byte(a.ID))
	})
	walk := func(w activity.Walk) (ids []activity.ID) {
		w.Members, w.Types, w.Expect = members, []activity.Type{activity.PostCreate, activity.LikePost, activity.PostUpdate, activity.CommentCreate, activity.MemberFollow}, 10
		for a, err := range store.Walk(t.Context(), w) {
			require.NoError(t, err)
			ids = append(ids, a.ID)
		}
		return ids
	}
	require.Equal(t, idsOf(want), walk(activity.Walk{}))
	for i := range want {
		position := want[i].Position()
		require.Equal(t, idsOf(want[i+1:]), walk(activity.Walk{After: &position}), "after %d", i)
	}
	require.Equal(t, idsOf(want[:slices.IndexFunc(want, func(a activity.Activity) bool { return a.CreatedAt.Before(at(5)) })]), walk(activity.Walk{Since: at(5)}))
}

func idsOf(all []activity.Activity) (ids []activity.ID) {
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

func TestWalkEndsWhereItsCallerStopsAndWithTheStore(t *testing.T) {
	t.Parallel()
	store, client := open(t)
	require.NoError(t, store.Upsert(t.Context(), []activity.Activity{liked("a", 1, 1, at(1)), liked("b", 2, 1, at(2))}))
	w := activity.Walk{Members: []activity.MemberID{1, 2}, Types: activity.PublicTypes()}
	for a, err := range store.Walk(t.Context(), w) {
		require.NoError(t, err)
		require.EqualValues(t, 2, a.MemberID)
		break
	}
	require.Zero(t, client.Stats().InUse)
	for a, err := range store.Walk(t.Context(), activity.Walk{Types: activity.PublicTypes()}) {
		require.NoError(t, err)
		require.Failf(t, "of nobody there is nothing", "%v", a)
	}
}

// The server would keep the cursor of a walk for ten minutes.
func TestAWalkWhoseCallerHasLeftIsEndedOnTheServer(t *testing.T) {
	t.Parallel()
	var ended atomic.Int32
	store, _ := openTraced(t, func(_ context.Context, operation string) func(error) {
		return func(err error) {
			if operation == "killCursors" && err == nil {
				ended.Add(1)
			}
		}
	})
	for i, key := range []string{"a", "b", "c"} {
		require.NoError(t, store.Upsert(t.Context(), []activity.Activity{liked(key, 1, 1, at(i))}))
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for _, err := range store.Walk(ctx, activity.Walk{Members: []activity.MemberID{1}, Types: activity.PublicTypes(), Expect: 1}) {
		require.NoError(t, err)
		leave()
		break
	}
	require.EqualValues(t, 1, ended.Load())
}

func TestAStoreThatIsGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	store := unreachable(t)
	require.True(t, mongo.IsUnavailable(store.Upsert(t.Context(), []activity.Activity{liked("k", 7, 1, at(0))})))
	for _, err := range store.Walk(t.Context(), activity.Walk{Members: []activity.MemberID{1}, Types: activity.PublicTypes()}) {
		require.True(t, mongo.IsUnavailable(err))
	}
}
