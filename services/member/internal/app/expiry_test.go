package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestTheFrontendRefreshesAnExpiredTokenAndIsToldWhenOnlyALoginHelps(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.JWTAccessTTL = time.Second })
	p, gone := f.person(t), f.person(t)
	f.do(t, gone, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	expires := time.Unix(claimsOf(t, gone.bearer).ExpiresAt, 0)
	require.NoError(t, process.Pause(t.Context(), time.Until(expires)+10*time.Millisecond))

	cookie := func(p *person) []string { return []string{"Cookie", "refresh_token=" + p.refresh.Value} }
	for _, headers := range [][]string{nil, cookie(p)} {
		got := f.do(t, p, "GET", "/api/members", "", headers...).requireCode(t, 401, "JWT_EXPIRED")
		require.Equal(t, []string{"true"}, got.header.Values("X-Token-Refresh-Needed"))
		require.Empty(t, got.header.Values("X-Relogin-Required"))
	}
	got := f.do(t, gone, "GET", "/api/members", "", cookie(gone)...).requireCode(t, 401, "JWT_EXPIRED")
	require.Equal(t, []string{"true"}, got.header.Values("X-Relogin-Required"))
	require.Empty(t, got.header.Values("X-Token-Refresh-Needed"))
	p.take(t, f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200))
	f.requireAlive(t, p)
}

func TestARefusedRefreshSaysWhyAndEndsTheClientsSession(t *testing.T) {
	t.Parallel()
	f := start(t)
	for code, spoil := range map[string]string{
		"INVALID_TOKEN": "UPDATE jwt_refresh_tokens SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE session_id = ?",
		"TOKEN_REVOKED": "UPDATE member_sessions SET revoked_at = UTC_TIMESTAMP(6) WHERE id = ?",
	} {
		for _, endpoint := range []string{tokenRefresh, accountRefresh} {
			p := f.person(t)
			_, err := f.service.pool.SQL().ExecContext(t.Context(), spoil, claimsOf(t, p.bearer).SessionID)
			require.NoError(t, err)
			got := f.refreshWith(t, endpoint, p.refresh.Value).requireCode(t, 401, code)
			require.Equal(t, []string{"true"}, got.header.Values("X-Relogin-Required"))
			require.Empty(t, got.header.Values("Set-Cookie"))
			require.Empty(t, got.header.Values("Authorization"))
		}
	}
}
