package mysqlstore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// crowd makes members by the database alone who all follow target.
func (h *house) crowd(t *testing.T, n int, target member.MemberID) []member.MemberID {
	t.Helper()
	ids := make([]member.MemberID, n)
	for i := range n {
		id, err := h.store.AddAccount(t.Context(), member.Account{Status: member.StatusActive, PasswordHash: "x", PasswordChangedAt: h.watch.now(), CreatedAt: h.watch.now()})
		require.NoError(t, err)
		_, err = h.store.AddProfile(t.Context(), member.Profile{
			MemberID: id, MemberName: "crowd", Handle: fmt.Sprintf("crowd_%d", id), Gender: member.OtherGender, Timezone: "UTC", LanguageCode: "en", CountryCode: "KR",
			Verification: member.VerificationNone, PrivacyLevel: member.Public, Active: true, Version: 1, CreatedAt: h.watch.now(), UpdatedAt: h.watch.now(),
		})
		require.NoError(t, err)
		ids[i] = id
	}
	values := make([]string, n)
	for i, id := range ids {
		values[i] = fmt.Sprintf("(%d, %d, NOW(6), NOW(6))", id, target)
	}
	db := h.pool.DB(t.Context())
	require.NoError(t, db.Exec("INSERT INTO member_follows (follower_id, following_id, created_at, updated_at) VALUES "+strings.Join(values, ",")).Error)
	require.NoError(t, h.pool.DB(t.Context()).Exec("UPDATE member_profiles SET followings_count = 1 WHERE member_id IN ?", ids).Error)
	require.NoError(t, h.pool.DB(t.Context()).Exec("UPDATE member_profiles SET followers_count = followers_count + ? WHERE member_id = ?", n, target).Error)
	return ids
}

func TestAMemberWithManyFollowersLeavesAtOnceAndTheRestOfThemIsPurged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "popular")
	fans := h.crowd(t, 1203, id)
	require.NoError(t, h.accounts.Deactivate(t.Context(), id))
	list, err := h.lists.Followings(t.Context(), 0, fans[1202], 0, member.Window{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list.Members, "nothing of who left is shown, purged or not")
	require.EqualValues(t, 703, h.count(t, "SELECT COUNT(*) FROM member_follows"))
	portions := 0
	for worked := true; worked; portions++ {
		worked, err = h.accounts.PurgeFollowers(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, 4, portions, "two of followers, one that finds none left, one that finds no member left")
	require.EqualValues(t, 0, h.count(t, "SELECT COUNT(*) FROM member_follows"))
	require.EqualValues(t, 0, h.count(t, "SELECT COUNT(*) FROM member_follower_purges"))
	h.requireExactCounters(t)
	require.Len(t, h.signals.many, 1203)
}

func TestLeavingStatesTheFollowsThatWereTheMembersOwnDoing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, idol, fan := h.member(t, "haneul"), h.member(t, "idol"), h.member(t, "fan")
	require.NoError(t, h.follows.Follow(t.Context(), id, idol))
	require.NoError(t, h.follows.Unfollow(t.Context(), id, idol))
	require.NoError(t, h.follows.Follow(t.Context(), id, idol))
	require.NoError(t, h.follows.Follow(t.Context(), fan, id))
	before := len(h.ledger.all())
	require.NoError(t, h.accounts.Deactivate(t.Context(), id))
	facts := h.ledger.all()[before:]
	require.Len(t, facts, 2)
	require.Equal(t, member.FollowFact{Follower: id, Target: idol, At: h.watch.now(), Version: 4}, facts[0])
	gone, ok := facts[1].(member.AccountFact)
	require.True(t, ok)
	require.Equal(t, []any{member.Deactivated, id, int64(2), false, ""}, []any{gone.Change, gone.Member, gone.Profile.Version, gone.Profile.Active, gone.Profile.MemberName})
	h.requireExactCounters(t)
	require.NoError(t, h.accounts.Deactivate(t.Context(), id), "twice changes nothing more")
	require.Len(t, h.ledger.all(), before+2)
}

func TestLeavingWhileOthersFollowNeitherDeadlocksNorLeavesAnything(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []member.MemberID
	for i := range 8 {
		ids = append(ids, h.member(t, fmt.Sprintf("m%d", i)))
	}
	errs := together(60, func(i int) error {
		if i%20 == 0 {
			return h.accounts.Deactivate(t.Context(), ids[i/20])
		}
		a, b := ids[i%8], ids[(i*3+1)%8]
		err := h.follows.Follow(t.Context(), a, b)
		if i%3 == 0 {
			err = h.follows.Unfollow(t.Context(), a, b)
		}
		if err != nil && strings.Contains(err.Error(), "1213") {
			return err
		}
		return nil
	})
	require.Equal(t, len(errs), succeeded(errs), errs)
	h.requireExactCounters(t)
	require.EqualValues(t, 0, h.count(t, `SELECT COUNT(*) FROM member_follows f
		WHERE NOT EXISTS (SELECT 1 FROM member_profiles p WHERE p.member_id = f.follower_id)
		   OR NOT EXISTS (SELECT 1 FROM member_profiles p WHERE p.member_id = f.following_id)`))
}

func TestOneAddressAndOneHandleAreDecidedByTheirIndexes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	errs := together(20, func(i int) error {
		_, err := h.accounts.SignUp(t.Context(), member.SignUp{
			Email: "one@dailyfeed.example", Password: pass, MemberName: "하나", Handle: fmt.Sprintf("rival_%d", i), Gender: "MALE", CountryCode: "KR",
		})
		return err
	})
	require.Equal(t, 1, succeeded(errs))
	for _, err := range errs {
		if err != nil {
			requireCode(t, member.CodeMemberExists, err)
		}
	}
	require.EqualValues(t, 1, h.count(t, "SELECT COUNT(*) FROM members"))
}

func TestWhatHasExpiredIsCleanedAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "haneul")
	login := h.logIn(t, "haneul")
	h.mustRefresh(t, login.RefreshToken)
	require.NoError(t, h.sessions.LogOut(t.Context(), member.Caller{MemberID: id, SessionID: login.SessionID, TokenID: "t", ExpiresAt: h.watch.now()}))
	clean := func() map[string]int64 {
		removed := map[string]int64{}
		require.NoError(t, h.store.Clean(t.Context(), h.watch.now(), func(what string, rows int64) { removed[what] += rows }))
		return removed
	}
	for what, rows := range clean() {
		require.Zero(t, rows, what)
	}
	h.watch.advance(member.SessionIdle + 25*60*60*1e9)
	kept := h.logIn(t, "haneul")
	removed := clean()
	require.Equal(t, []int64{2, 1, 1}, []int64{removed["refresh tokens"], removed["idle sessions"], removed["blacklisted tokens"]})
	h.mustRefresh(t, kept.RefreshToken)
	require.EqualValues(t, 1, h.count(t, "SELECT COUNT(*) FROM member_sessions"))
}
