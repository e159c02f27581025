package memberdirectory_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// member is what the member service would answer.
type member struct {
	mu    sync.Mutex
	names map[int64]string
	down  bool
	asked [][]int64
}

func (m *member) FindAuthorSummaries(_ context.Context, body memberrest.FindSummariesRequest, _ ...rest.Option) (found []memberrest.Summary, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, body.IDs)
	if m.down {
		return nil, errors.New("member is down")
	}
	for _, id := range body.IDs {
		if name, ok := m.names[id]; ok {
			found = append(found, memberrest.Summary{MemberID: id, MemberName: "m-" + name, DisplayName: &name, Handle: "h_" + name, AvatarURL: "no-image"})
		}
	}
	return found, nil
}

func (m *member) set(change func(*member)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

type desk struct {
	directory *memberdirectory.Directory
	redis     *rediscache.Client
	member    *member
	advance   func(time.Duration)
	now       func() time.Time
}

func newDesk(t *testing.T) desk {
	t.Helper()
	database := testenv.Redis(t)
	var mu sync.Mutex
	at := time.Now()
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return at }
	redis, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = redis.Close() })
	source := &member{names: map[int64]string{1: "하늘", 2: "mia"}}
	advance := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); at = at.Add(d) }
	return desk{memberdirectory.New(redis, source, nil, now), redis, source, advance, now}
}

func TestANameIsAskedForOnceInTenMinutes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	found := d.directory.Find(t.Context(), 1, 2, 1)
	require.Equal(t, "하늘", *found[1].Name)
	require.Equal(t, "m-하늘", *found[1].MemberName)
	require.Equal(t, "h_mia", *found[2].Handle)
	d.directory.Find(t.Context(), 2, 1)
	require.Equal(t, [][]int64{{1, 2}}, d.member.asked)
	d.advance(11 * time.Minute)
	d.directory.Find(t.Context(), 1)
	require.Len(t, d.member.asked, 2)
}

func TestWhoHasLeftSignsAsWhoHasLeft(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 2 { // also from the cache
		gone := d.directory.Find(t.Context(), 9)[9]
		require.True(t, gone.Left)
		require.Equal(t, []string{"탈퇴한 사용자", "deleted", "no-image"}, []string{*gone.Name, *gone.Handle, *gone.AvatarURL})
	}
	require.Len(t, d.member.asked, 1)
}

func TestWithMemberDownTheLastKnownNameServesElseNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.directory.Find(t.Context(), 1)
	d.advance(time.Hour)
	d.member.set(func(m *member) { m.down = true })
	found := d.directory.Find(t.Context(), 1, 2)
	require.Equal(t, "하늘", *found[1].Name)
	require.Equal(t, memberdirectory.Signature{}, found[2])
}

func TestAChangedNameIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.directory.Find(t.Context(), 1)
	d.member.set(func(m *member) { m.names[1] = "바다" })
	require.NoError(t, memberdirectory.NewInvalidator(d.redis, d.now).Changed(t.Context(), 1))
	require.Equal(t, "바다", *d.directory.Find(t.Context(), 1)[1].Name)
}

func TestWithRedisDownMemberIsAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.NoError(t, d.redis.Close())
	require.Equal(t, "mia", *d.directory.Find(t.Context(), 2)[2].Name)
}

func TestNobodyIsLookedUpForNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Empty(t, d.directory.Find(t.Context()))
	require.Empty(t, d.member.asked)
}
