package app

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
)

// pushed is a fleet whose members 1 and 3 follow 2, with feeds that have one post of
// its: pushes know from then on which feeds were begun when.
func pushed(t *testing.T) *fleet {
	t.Helper()
	f := start(t)
	for _, reader := range []int64{1, 3} {
		f.follow(t, reader, 2)
		require.Empty(t, f.home(t, reader))
	}
	f.write(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	for _, reader := range []int64{1, 3} {
		eventually(t, "the first post is in the feed", func() bool { return slices.Equal([]int64{1}, f.home(t, reader)) })
	}
	return f
}

// between writes a post of member 2, and does something after its followers were
// looked for and before the post is pushed to them; then member 3 has the post.
func (f *fleet) between(t *testing.T, id int64, do func()) {
	t.Helper()
	asked, goOn := make(chan struct{}), make(chan struct{})
	var once atomic.Bool
	f.member.OnFollowers(func(int64) {
		if !once.Swap(true) {
			close(asked)
			<-goOn
		}
	})
	f.write(t, contenttest.Post{ID: id, Author: 2, CreatedAt: minutes(int(id))})
	select {
	case <-asked:
	case <-time.After(20 * time.Second):
		require.Fail(t, "nobody asked for followers")
	}
	func() {
		defer close(goOn)
		do()
	}()
	eventually(t, "the post is pushed", func() bool { return slices.Contains(f.home(t, 3), id) })
}

func TestT1APostOnItsWayDoesNotReachTheFeedOfOneWhoUnfollowedMeanwhile(t *testing.T) {
	t.Parallel()
	f := pushed(t)
	f.between(t, 2, func() {
		f.unfollow(t, 1, 2)
		require.Empty(t, f.home(t, 1))
	})
	require.Empty(t, f.home(t, 1))
	f.between(t, 3, func() {})
	require.Empty(t, f.home(t, 1))
}

func TestT1APostOnItsWayIsInTheFeedOfOneWhoFollowedMeanwhile(t *testing.T) {
	t.Parallel()
	f := pushed(t)
	require.Empty(t, f.home(t, 4))
	f.between(t, 2, func() {
		f.follow(t, 4, 2)
		require.Equal(t, []int64{2, 1}, f.home(t, 4))
	})
	require.Equal(t, []int64{2, 1}, f.home(t, 4))
	f.between(t, 3, func() {})
	require.Equal(t, []int64{3, 2, 1}, f.home(t, 4))
}

func TestT1APostOnItsWayDoesNotReachTheFeedOfOneWhoFollowedAgainAndUnfollowed(t *testing.T) {
	t.Parallel()
	f := pushed(t)
	f.between(t, 2, func() {
		f.unfollow(t, 1, 2)
		require.Empty(t, f.home(t, 1))
		f.follow(t, 1, 2)
		require.Equal(t, []int64{2, 1}, f.home(t, 1))
		f.unfollow(t, 1, 2)
		require.Empty(t, f.home(t, 1))
	})
	require.Empty(t, f.home(t, 1))
}

func TestT1APostOnItsWayOfOneWhoLeftMeanwhileIsInNoFeed(t *testing.T) {
	t.Parallel()
	f := pushed(t)
	f.between(t, 2, func() {
		f.member.Leave(2)
		f.setVersion(t, 1, f.member.Unfollow(1, 2)) // the feed of member 3 is not told
		require.Empty(t, f.home(t, 1))
	})
	require.Empty(t, f.home(t, 1))
	at := activityrecord.Timestamp(now())
	f.publish(t, &activityv1.MemberActivityEvent{
		Type: activityrecord.MemberDeactivate, MemberId: 2, Version: 2, OccurredAt: at,
		State: &activityv1.MemberActivityEvent_Member{Member: &activityv1.MemberState{CreatedAt: at, UpdatedAt: at}},
	})
	eventually(t, "its posts are gone", func() bool { return len(f.home(t, 3)) == 0 })
	require.Empty(t, f.home(t, 1))
}

// Between a follow and its end, of which the feed was told neither, it may have been
// pushed to. The event of the end is enough to have it built again.
func TestT1AFollowAndItsEndThatTheFeedWasNotToldLeaveNothing(t *testing.T) {
	t.Parallel()
	f := pushed(t)
	f.follow(t, 4, 5)
	require.Empty(t, f.home(t, 4))
	f.between(t, 2, func() {}) // now the feed is an old one
	f.member.Follow(4, 2)
	f.between(t, 3, func() {})
	require.Equal(t, []int64{3}, f.home(t, 4))
	f.member.Unfollow(4, 2)
	f.publish(t, &activityv1.MemberActivityEvent{
		Type: activityrecord.MemberUnfollow, MemberId: 4, Version: 2, OccurredAt: activityrecord.Timestamp(now()),
		State: &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{TargetMemberId: 2, Following: false}},
	})
	eventually(t, "nothing of it is left", func() bool { return len(f.home(t, 4)) == 0 })
}
