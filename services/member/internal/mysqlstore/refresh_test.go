package mysqlstore_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func (h *house) refresh(t *testing.T, token string) (member.Grant, error) {
	t.Helper()
	return h.sessions.Refresh(t.Context(), token, member.Client{Address: "203.0.113.2", Device: "tab"})
}

func (h *house) mustRefresh(t *testing.T, token string) member.Grant {
	t.Helper()
	grant, err := h.refresh(t, token)
	require.NoError(t, err)
	return grant
}

func TestAReplacedTokenAnswersForTenSecondsWithItsSuccessorAndThenMeansTheft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "haneul")
	login := h.logIn(t, "haneul")
	first := h.mustRefresh(t, login.RefreshToken)
	require.NotEqual(t, login.RefreshToken, first.RefreshToken)
	h.watch.advance(10 * time.Second)
	again := h.mustRefresh(t, login.RefreshToken)
	require.Equal(t, first.RefreshToken, again.RefreshToken)
	require.NotEqual(t, first.AccessToken, again.AccessToken)
	require.Empty(t, h.security.events)

	h.watch.advance(time.Microsecond)
	_, err := h.refresh(t, login.RefreshToken)
	requireCode(t, apierr.CodeTokenRevoked, err)
	require.Equal(t, []member.SecurityEvent{{Kind: "refresh_token_reused", Member: id, Session: login.SessionID, Address: "203.0.113.2"}}, h.security.events)
	require.True(t, h.redis.hasEnded(login.SessionID))
	_, err = h.refresh(t, first.RefreshToken)
	requireCode(t, apierr.CodeTokenRevoked, err)
	active, err := h.sessions.Introspect(t.Context(), member.Caller{MemberID: id, SessionID: login.SessionID, TokenID: "x"})
	require.NoError(t, err)
	require.False(t, active)
	require.Len(t, h.security.events, 1)
}

func TestARepeatFollowsTheChainToTheOneLiveToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	tokens := []string{h.logIn(t, "haneul").RefreshToken}
	for range 4 {
		h.watch.advance(time.Second)
		tokens = append(tokens, h.mustRefresh(t, tokens[len(tokens)-1]).RefreshToken)
	}
	for _, old := range tokens[:4] {
		require.Equal(t, tokens[4], h.mustRefresh(t, old).RefreshToken)
	}
	require.EqualValues(t, 1, h.count(t, "SELECT COUNT(*) FROM jwt_refresh_tokens WHERE successor_id IS NULL"))
}

func TestManyParallelRefreshesLeaveOneLiveToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	token := h.logIn(t, "haneul").RefreshToken
	const tabs = 1000
	grants := make([]member.Grant, tabs)
	errs := together(tabs, func(i int) (err error) {
		grants[i], err = h.sessions.Refresh(t.Context(), token, member.Client{})
		return err
	})
	require.Equal(t, tabs, succeeded(errs), errs)
	for _, grant := range grants {
		require.Equal(t, grants[0].RefreshToken, grant.RefreshToken)
	}
	require.EqualValues(t, 2, h.count(t, "SELECT COUNT(*) FROM jwt_refresh_tokens"))
}

func TestASessionEndsAfterThirtyDaysWithoutUse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	login := h.logIn(t, "haneul")
	h.watch.advance(30*24*time.Hour - time.Microsecond)
	next := h.mustRefresh(t, login.RefreshToken)
	h.watch.advance(30 * 24 * time.Hour)
	_, err := h.refresh(t, next.RefreshToken)
	requireCode(t, apierr.CodeInvalidToken, err)
	sessions, err := h.sessions.Sessions(t.Context(), member.Caller{MemberID: login.MemberID})
	require.NoError(t, err)
	require.Empty(t, sessions)
	dead, err := h.sessions.RefreshState(t.Context(), member.HashToken(next.RefreshToken))
	require.NoError(t, err)
	require.True(t, dead)
}

func TestASessionEndsAfterNinetyDaysInAllAndItsTokensWithIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	token := h.logIn(t, "haneul").RefreshToken
	for range 4 {
		h.watch.advance(20 * 24 * time.Hour)
		token = h.mustRefresh(t, token).RefreshToken
	}
	h.watch.advance(10*24*time.Hour - time.Hour)
	last := h.mustRefresh(t, token)
	require.Equal(t, time.Hour, last.ExpiresIn.Round(time.Minute), "an access token does not outlive its session")
	h.watch.advance(time.Hour)
	_, err := h.refresh(t, last.RefreshToken)
	requireCode(t, apierr.CodeInvalidToken, err)
}

func TestARepeatIsAnsweredAcrossAChangeOfTheKeyWhileTheOldOneIsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	token := h.logIn(t, "haneul").RefreshToken
	first := h.mustRefresh(t, token)
	h.deps.Secrets = member.NewSecrets(rand.Reader, []byte("another key"), []byte("the key of now"))
	h.open()
	require.Equal(t, first.RefreshToken, h.mustRefresh(t, token).RefreshToken)
	h.deps.Secrets = member.NewSecrets(rand.Reader, []byte("another key"))
	h.open()
	_, err := h.refresh(t, token)
	requireCode(t, apierr.CodeInvalidToken, err)
	require.Empty(t, h.security.events, "not knowing the successor is no theft")
	h.mustRefresh(t, first.RefreshToken)
}

func TestALogoutWithRedisDownIsKeptAndAnnouncedLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "haneul")
	login, kept := h.logIn(t, "haneul"), h.logIn(t, "haneul")
	caller := member.Caller{MemberID: id, SessionID: login.SessionID, TokenID: "t-1", ExpiresAt: h.watch.now().Add(time.Hour)}
	h.redis.setDown(true)
	require.NoError(t, h.sessions.LogOut(t.Context(), caller))
	require.NoError(t, h.sessions.LogOut(t.Context(), caller), "twice changes nothing more")
	active, err := h.sessions.Introspect(t.Context(), caller)
	require.NoError(t, err)
	require.False(t, active)
	announcements := member.NewAnnounceService(h.store, h.redis, 2*time.Hour, h.watch.now)
	_, err = announcements.AnnounceLeft(t.Context())
	require.ErrorIs(t, err, errDown)
	h.redis.setDown(false)
	told, err := announcements.AnnounceLeft(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, told)
	require.True(t, h.redis.hasEnded(login.SessionID))
	require.False(t, h.redis.hasEnded(kept.SessionID))
	told, err = announcements.AnnounceLeft(t.Context())
	require.NoError(t, err)
	require.Zero(t, told)
	told, err = announcements.AnnounceAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, told)
	h.watch.advance(2*time.Hour + time.Second)
	told, err = announcements.AnnounceAll(t.Context())
	require.NoError(t, err)
	require.Zero(t, told, "no token of it can be valid any more")
}

func TestAnnounceAllTellsEverySessionOfManyThatEndedInOneMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "haneul")
	var caller member.Caller
	for range 7 {
		login := h.logIn(t, "haneul")
		caller = member.Caller{MemberID: id, SessionID: login.SessionID, TokenID: "t", ExpiresAt: h.watch.now().Add(time.Hour)}
	}
	require.NoError(t, h.sessions.LogOutEverywhere(t.Context(), caller))
	require.Equal(t, caller.SessionID, h.redis.epoch[id])
	require.Len(t, h.redis.ended, 7)
	revoked, err := h.store.FindRevoked(t.Context(), h.watch.now().Add(-time.Hour), 0, 3)
	require.NoError(t, err)
	require.Len(t, revoked, 3)
	rest, err := h.store.FindRevoked(t.Context(), revoked[2].At, revoked[2].Session, 100)
	require.NoError(t, err)
	require.Len(t, rest, 4)
	after := h.logIn(t, "haneul")
	require.Greater(t, after.SessionID, h.redis.epoch[id], "a login of the same moment lives")
}
