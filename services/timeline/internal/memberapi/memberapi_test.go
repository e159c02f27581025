package memberapi_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/memberapi"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/memberapi/membertest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

func client(member *membertest.Server) *memberrest.Client {
	return memberrest.NewClient(member.URL, http.DefaultClient, rest.InternalToken(authtest.InternalToken))
}

func newFollows(t *testing.T, source memberapi.Source) *memberapi.Follows {
	t.Helper()
	follows, err := memberapi.NewFollows(source)
	require.NoError(t, err)
	return follows
}

func authors(t *testing.T, member *membertest.Server) *memberapi.Authors {
	t.Helper()
	database := testenv.Redis(t)
	redis, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = redis.Close() })
	return memberapi.NewAuthors(memberdirectory.New(redis, client(member), nil, time.Now))
}

func TestAuthorsSignWithTheDisplayNameElseTheMemberName(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	member.Join(2)
	display := "하늘"
	member.Put(memberrest.Summary{
		MemberID: 3, ID: 3, MemberName: "Kim", MemberHandle: "kim", Handle: "kim", DisplayName: &display,
		VerificationStatus: "NONE", AvatarURL: "/api/proxy/images/view/x",
	})
	found := authors(t, member).FindAuthors(t.Context(), []timeline.MemberID{2, 3, 404})
	require.Equal(t, map[timeline.MemberID]timeline.Author{
		2:   {Standing: timeline.Present, Name: "Member 2", Handle: "member_2", AvatarURL: "no-image"},
		3:   {Standing: timeline.Present, Name: "하늘", Handle: "kim", AvatarURL: "/api/proxy/images/view/x"},
		404: {Standing: timeline.Gone},
	}, found)
}

func TestAuthorsAreTheLastKnownOrUnknownWithoutMember(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	member.Join(2, 3)
	book := authors(t, member)
	known := book.FindAuthors(t.Context(), []timeline.MemberID{2})
	member.SetDown(true)
	found := book.FindAuthors(t.Context(), []timeline.MemberID{2, 3})
	require.Equal(t, known[2], found[2])
	require.Equal(t, timeline.Author{}, found[3])
}

func TestFollowingsAreReadWholeInParts(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	var targets []int64
	for id := range int64(2300) {
		targets = append(targets, id+10)
	}
	version := member.Follow(1, targets...)
	follows := newFollows(t, client(member))
	found, err := follows.FindFollowings(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, version, found.Version)
	require.Len(t, found.Members, 2300)
	require.EqualValues(t, 2309, found.Members[2299])
	nobody, err := follows.FindFollowings(t.Context(), 404)
	require.NoError(t, err)
	require.Empty(t, nobody.Members)
}

func TestFollowersAreReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	for follower := range int64(1001) {
		member.Follow(follower+10, 1)
	}
	follows := newFollows(t, client(member))
	for limit, wanted := range map[int]struct {
		n    int
		more bool
	}{1000: {1000, true}, 1001: {1001, false}, 5000: {1001, false}, 3: {3, true}} {
		found, more, err := follows.FindFollowers(t.Context(), 1, limit)
		require.NoError(t, err)
		require.Len(t, found, wanted.n, "limit %d", limit)
		require.Equal(t, wanted.more, more, "limit %d", limit)
	}
}

// counting writes down which followers it gave, and what it was told is known.
type counting struct {
	*memberrest.Client
	given []int
	known []int64
}

func (c *counting) ListFollowerIDs(ctx context.Context, id int64, params memberrest.ListFollowerIDsParams, options ...rest.Option) (memberrest.FollowIDs, error) {
	found, err := c.Client.ListFollowerIDs(ctx, id, params, options...)
	c.given = append(c.given, len(found.MemberIDs))
	if params.Known != nil {
		c.known = append(c.known, *params.Known)
	}
	return found, err
}

// A post has to reach whoever follows when it is published, so member is asked for
// each; but for the list only when it is another.
func TestFollowersAreThoseOfNowAndReadAgainOnlyWhenTheyChanged(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	member.Follow(10, 1)
	member.Follow(11, 1)
	source := &counting{Client: client(member)}
	follows := newFollows(t, source)
	find := func(wanted ...timeline.MemberID) {
		t.Helper()
		found, more, err := follows.FindFollowers(t.Context(), 1, 3)
		require.NoError(t, err)
		require.False(t, more)
		require.Equal(t, wanted, found)
	}
	find(10, 11)
	find(10, 11)
	member.Follow(12, 1)
	find(10, 11, 12)
	find(10, 11, 12)
	member.Unfollow(10, 1)
	find(11, 12)
	member.Leave(11)
	find(12)
	find(12)
	require.Equal(t, []int{2, 0, 3, 0, 2, 1, 0}, source.given)
	require.Len(t, source.known, 6)
}

// A list that is cut off says nothing of the next question's.
func TestFollowersOfWhomThereAreTooManyAreNotRemembered(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	for follower := range int64(4) {
		member.Follow(follower+10, 1)
	}
	source := &counting{Client: client(member)}
	follows := newFollows(t, source)
	for limit, wanted := range []int{0, 1, 2, 3, 4, 4} {
		found, more, err := follows.FindFollowers(t.Context(), 1, limit)
		require.NoError(t, err)
		require.Len(t, found, wanted)
		require.Equal(t, limit < 4, more)
	}
	found, more, err := follows.FindFollowers(t.Context(), 1, 2)
	require.NoError(t, err)
	require.Equal(t, []timeline.MemberID{10, 11}, found)
	require.True(t, more, "of a whole list that is known")
}

// changing answers each question with another version, and then that nobody
// is there.
type changing struct {
	memberapi.Source
	asked int64
}

func (c *changing) ListFollowingIDs(context.Context, int64, memberrest.ListFollowingIDsParams, ...rest.Option) (memberrest.FollowIDs, error) {
	c.asked++
	return memberrest.FollowIDs{MemberIDs: []int64{c.asked}, NextAfter: &c.asked, Version: c.asked}, nil
}

func (c *changing) ListFollowerIDs(context.Context, int64, memberrest.ListFollowerIDsParams, ...rest.Option) (memberrest.FollowIDs, error) {
	return memberrest.FollowIDs{}, &rest.Failure{StatusCode: http.StatusNotFound, Code: "MEMBER_NOT_FOUND"}
}

func TestFollowingsThatChangeWhileTheyAreReadAreNotMixed(t *testing.T) {
	t.Parallel()
	source := new(changing)
	_, err := newFollows(t, source).FindFollowings(t.Context(), 1)
	require.Error(t, err)
	require.EqualValues(t, 6, source.asked, "three attempts of two questions")
	found, more, err := newFollows(t, source).FindFollowers(t.Context(), 1, 10)
	require.NoError(t, err, "who has left has no followers")
	require.Empty(t, found)
	require.False(t, more)
}

func TestWithoutMemberFollowsFail(t *testing.T) {
	t.Parallel()
	member := membertest.Start(t)
	member.SetDown(true)
	follows := newFollows(t, client(member))
	_, err := follows.FindFollowings(t.Context(), 1)
	require.Error(t, err)
	_, _, err = follows.FindFollowers(t.Context(), 1, 10)
	require.Error(t, err)
}
