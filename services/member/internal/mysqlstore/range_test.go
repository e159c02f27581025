package mysqlstore_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// What is stated again is the fact that was stated first, so that it gets the same key
// and nobody counts it as another.
func TestRepublishingStatesSignUpsAndTheFollowsThatStandAsTheyWereStated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kim, lee, park := h.member(t, "kim"), h.member(t, "lee"), h.member(t, "park")
	signUps := h.ledger.all()
	require.Len(t, signUps, 3)
	from := h.watch.now()
	follow := func(follower, target member.MemberID) member.Fact {
		h.watch.advance(time.Second)
		require.NoError(t, h.follows.Follow(t.Context(), follower, target))
		all := h.ledger.all()
		return all[len(all)-1]
	}
	follow(kim, lee)
	require.NoError(t, h.follows.Unfollow(t.Context(), kim, lee))
	follow(lee, kim)
	require.NoError(t, h.follows.Unfollow(t.Context(), lee, kim))
	want := slices.Concat(signUps, []member.Fact{follow(lee, kim), follow(park, kim), follow(park, lee)})
	h.watch.advance(time.Second)
	to := h.watch.now()
	follow(kim, park)

	again := new(ledger)
	stated, err := member.NewRepublisher(h.store, h.store, again).Republish(t.Context(), from, to, 2)
	require.NoError(t, err)
	require.Equal(t, member.Restated{SignUps: 3, Follows: 3}, stated)
	require.Len(t, again.all(), len(want))
	for i, fact := range again.all() {
		if account, ok := fact.(member.AccountFact); ok { // with the counters of now, which no event carries
			account.Profile.FollowersCount, account.Profile.FollowingsCount = 0, 0
			fact = account
		}
		require.Equal(t, want[i], fact)
	}
}
