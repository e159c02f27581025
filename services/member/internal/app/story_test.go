package app

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMemberSignsUpLogsInFollowsAndRefreshes(t *testing.T) {
	t.Parallel()
	f := start(t)
	haneul, mia := f.person(t), f.person(t)
	require.Equal(t, haneul.id, f.do(t, haneul, "GET", "/api/members", "").requireOK(t, 200).member(t).ID)
	f.do(t, haneul, "POST", path("/api/members/follow/", mia.id), "").requireOK(t, 201)
	require.EqualValues(t, 1, f.profile(t, haneul).FollowingsCount)
	require.EqualValues(t, 1, f.profile(t, mia).FollowersCount)
	refreshed := f.do(t, nil, "POST", "/api/token/refresh", "", "Cookie", "refresh_token="+haneul.refresh.Value).requireOK(t, 200)
	haneul.take(t, refreshed)
	require.Equal(t, haneul.email, *f.profile(t, haneul).Email)
	f.do(t, haneul, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	f.do(t, haneul, "GET", "/api/members", "").requireCode(t, 401, "TOKEN_REVOKED")
}
