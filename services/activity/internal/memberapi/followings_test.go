package memberapi_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/memberapi"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// member answers pages of ids that go on for ever, or its failure.
type member struct {
	pages   int // after which there are no more; 0 is never
	failure error
	asked   []memberrest.ListFollowingIDsParams
}

func (m *member) ListFollowingIDs(_ context.Context, _ int64, params memberrest.ListFollowingIDsParams, _ ...rest.Option) (memberrest.FollowIDs, error) {
	if m.failure != nil {
		return memberrest.FollowIDs{}, m.failure
	}
	m.asked = append(m.asked, params)
	n := int64(len(m.asked))
	answer := memberrest.FollowIDs{MemberIDs: []int64{10 * n, 10*n + 1}, Version: n}
	if m.pages == 0 || len(m.asked) < m.pages {
		answer.NextAfter = &n
	}
	return answer, nil
}

type desk struct {
	*memberapi.Followings
	redis *rediscache.Client
	at    time.Time
}

func newDesk(t *testing.T, m *member) *desk {
	t.Helper()
	cache := testenv.Redis(t)
	d := &desk{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	var err error
	d.redis, err = rediscache.Open(rediscache.Config{Addr: cache.Addr, DB: cache.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.redis.Close()) })
	d.Followings = memberapi.NewFollowings(d.redis, m, func() time.Time { return d.at })
	return d
}

func TestAListOfSeveralPagesIsPutTogether(t *testing.T) {
	t.Parallel()
	m := &member{pages: 2}
	found, err := newDesk(t, m).FindFollowings(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, []activity.MemberID{10, 11, 20, 21}, found)
	require.Equal(t, []int64{0, 1}, []int64{*m.asked[0].After, *m.asked[1].After})
	require.Equal(t, 1000, *m.asked[0].Limit)
}

func TestAListThatNeverEndsIsAskedForThreePages(t *testing.T) {
	t.Parallel()
	m := new(member)
	found, err := newDesk(t, m).FindFollowings(t.Context(), 7)
	require.NoError(t, err)
	require.Len(t, m.asked, 3)
	require.Len(t, found, 6)
}

func TestAListIsAskedForAgainWhenItIsOldOrAnotherVersionIsPublished(t *testing.T) {
	t.Parallel()
	m := &member{pages: 1}
	d := newDesk(t, m)
	find := func() {
		_, err := d.FindFollowings(t.Context(), 7)
		require.NoError(t, err)
	}
	find()
	d.at = d.at.Add(5 * time.Second)
	find()
	require.Len(t, m.asked, 1, "5 s old")
	d.at = d.at.Add(time.Millisecond)
	find()
	require.Len(t, m.asked, 2)
	publish := func(version int64) {
		require.NoError(t, d.redis.Conn().Set(t.Context(), "member:api:followings-version:7", strconv.FormatInt(version, 10), time.Hour).Err())
	}
	publish(2)
	d.at = d.at.Add(time.Hour)
	find()
	require.Len(t, m.asked, 2, "of the published version, whatever its age")
	publish(3)
	find()
	require.Len(t, m.asked, 3, "member has published another one")
}

func TestTheLastKnownListServesADayWhileMemberIsAway(t *testing.T) {
	t.Parallel()
	m := &member{pages: 1}
	d := newDesk(t, m)
	first, err := d.FindFollowings(t.Context(), 7)
	require.NoError(t, err)
	m.failure = errors.New("connection refused")
	d.at = d.at.Add(time.Hour)
	found, err := d.FindFollowings(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, first, found)
	left, err := d.redis.Conn().TTL(t.Context(), "activity:followings:7").Result()
	require.NoError(t, err)
	require.InDelta(t, 24, left.Hours(), 1)

	_, err = d.FindFollowings(t.Context(), 8)
	failed, isCode := errors.AsType[*apierr.Error](err)
	require.True(t, isCode, err)
	require.Equal(t, apierr.CodeServiceUnavailable, failed.Code, "nothing is known of this one")
}

func TestAMemberThatMemberDoesNotKnowFollowsNobody(t *testing.T) {
	t.Parallel()
	m := &member{failure: &rest.Failure{StatusCode: http.StatusNotFound, Code: "MEMBER_NOT_FOUND"}}
	found, err := newDesk(t, m).FindFollowings(t.Context(), 7)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestWhatIsKeptAndCannotBeReadIsAskedForAgain(t *testing.T) {
	t.Parallel()
	m := &member{pages: 1}
	d := newDesk(t, m)
	require.NoError(t, d.redis.Conn().Set(t.Context(), "activity:followings:7", "{", time.Hour).Err())
	found, err := d.FindFollowings(t.Context(), 7)
	require.NoError(t, err)
	require.Len(t, found, 2)
}
