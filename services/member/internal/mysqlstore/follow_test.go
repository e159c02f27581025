package mysqlstore_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

func TestAFollowHasAVersionThatOutlivesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.member(t, "a1"), h.member(t, "b1")
	for range 3 {
		require.NoError(t, h.follows.Follow(t.Context(), a, b))
		requireCode(t, member.CodeFollowExists, h.follows.Follow(t.Context(), a, b))
		require.NoError(t, h.follows.Unfollow(t.Context(), a, b))
		requireCode(t, member.CodeFollowNotFound, h.follows.Unfollow(t.Context(), a, b))
	}
	require.NoError(t, h.follows.Follow(t.Context(), b, a))
	var versions []int64
	for _, fact := range h.ledger.all() {
		if follow, ok := fact.(member.FollowFact); ok {
			versions = append(versions, follow.Version)
		}
	}
	// a refused follow has recorded its fact nowhere: its transaction ended before
	require.Equal(t, []int64{1, 2, 3, 4, 5, 6, 1}, versions)
	require.EqualValues(t, 6, h.signals.versions[a], "followings of a changed six times")
	require.EqualValues(t, 1, h.signals.versions[b])
}

func TestTwoWhoFollowEachOtherAtOnceDoNotDeadlock(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.member(t, "a1"), h.member(t, "b1")
	for range 10 {
		errs := together(2, func(i int) error {
			if i == 0 {
				return h.follows.Follow(t.Context(), a, b)
			}
			return h.follows.Follow(t.Context(), b, a)
		})
		require.Equal(t, 2, succeeded(errs), errs)
		errs = together(2, func(i int) error {
			if i == 0 {
				return h.follows.Unfollow(t.Context(), a, b)
			}
			return h.follows.Unfollow(t.Context(), b, a)
		})
		require.Equal(t, 2, succeeded(errs), errs)
	}
	h.requireExactCounters(t)
}

func TestAPopularMemberIsFollowedByManyAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	idol := h.member(t, "idol")
	fans := h.crowd(t, 100, h.member(t, "other"))
	errs := together(len(fans), func(i int) error { return h.follows.Follow(t.Context(), fans[i], idol) })
	require.Equal(t, len(fans), succeeded(errs), errs)
	h.requireExactCounters(t)
}

func TestSummariesTellForAWholePageWhomTheViewerFollows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	viewer, friend, stranger := h.member(t, "viewer"), h.member(t, "friend"), h.member(t, "stranger")
	require.NoError(t, h.follows.Follow(t.Context(), viewer, friend))
	require.NoError(t, h.follows.Follow(t.Context(), friend, viewer))
	found, err := h.profiles.Summaries(t.Context(), viewer, []member.MemberID{stranger, friend, viewer, 999})
	require.NoError(t, err)
	require.Equal(t, []member.Relation{
		{Viewer: viewer}, {Viewer: viewer, Follows: true, FollowedBy: true}, {Viewer: viewer, Self: true},
	}, []member.Relation{found[0].Relation, found[1].Relation, found[2].Relation})
}

// each query of a hot path reads an index and no more rows than it gives
func TestHotQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	idol := h.member(t, "idol")
	fans := h.crowd(t, 300, idol)
	require.NoError(t, h.pool.DB(t.Context()).Exec("INSERT INTO member_follows (follower_id, following_id, created_at, updated_at) SELECT following_id, follower_id, NOW(6), NOW(6) FROM member_follows").Error)
	require.NoError(t, h.pool.DB(t.Context()).Exec("ANALYZE TABLE members, member_profiles, member_follows, member_emails").Error)
	in := fmt.Sprintf("(%d, %d, %d)", fans[3], fans[50], fans[200])
	for name, tc := range map[string]struct{ query, key string }{
		"login":        {"SELECT member_id FROM member_emails WHERE email = 'idol@dailyfeed.example'", "uq_member_emails"},
		"by handle":    {"SELECT id FROM member_profiles WHERE handle = 'CROWD_9'", "uq_member_profiles_handle"},
		"followers":    {fmt.Sprintf("SELECT id FROM member_follows FORCE INDEX (ix_member_follows_followers) WHERE following_id = %d AND id < 100 ORDER BY id DESC LIMIT 11", idol), "ix_member_follows_followers"},
		"followings":   {fmt.Sprintf("SELECT id FROM member_follows FORCE INDEX (ix_member_follows_followings) WHERE follower_id = %d ORDER BY id DESC LIMIT 11", idol), "ix_member_follows_followings"},
		"follows":      {fmt.Sprintf("SELECT id FROM member_follows WHERE follower_id = %d AND following_id IN %s", idol, in), "uq_member_follows"},
		"newcomers":    {"SELECT id FROM member_profiles WHERE is_active = TRUE ORDER BY created_at DESC, id DESC LIMIT 11", "ix_member_profiles_newest"},
		"refresh":      {"SELECT id FROM jwt_refresh_tokens WHERE token_hash = REPEAT('a', 32)", "uq_jwt_refresh_tokens"},
		"unannounced":  {"SELECT id FROM member_sessions WHERE revoked_at > NOW(6) AND announced_at IS NULL ORDER BY revoked_at, id LIMIT 10", "ix_member_sessions_revoked"},
		"own sessions": {"SELECT id FROM member_sessions WHERE member_id = 7 AND revoked_at IS NULL", "ix_member_sessions_member"},
		"pictures due": {"SELECT id FROM member_image_removals WHERE next_attempt_at <= NOW(6) ORDER BY next_attempt_at, id LIMIT 10", "ix_member_image_removals_due"},
	} {
		var plan []struct{ Key, Extra string }
		require.NoError(t, h.pool.DB(t.Context()).Raw("EXPLAIN FORMAT=TRADITIONAL "+tc.query).Scan(&plan).Error, name)
		require.NotEmpty(t, plan, name)
		if plan[0].Key == "" && plan[0].Extra != "" { // the optimizer has read it already, or knows that there is nothing
			require.Regexp(t, "Impossible|const|no matching", plan[0].Extra, name)
			continue
		}
		require.Equal(t, tc.key, plan[0].Key, "%s: %+v", name, plan)
		require.NotContains(t, plan[0].Extra, "filesort", name)
	}
}
