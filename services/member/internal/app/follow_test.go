package app

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

func (f *fleet) follow(t *testing.T, who *person, whom int64) {
	t.Helper()
	f.do(t, who, "POST", path("/api/members/follow/", whom), "").requireOK(t, 201)
}

func TestF1AndF2FollowAndUnfollow(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	follow := path("/api/members/follow/", other.id)
	require.Equal(t, "true", string(f.do(t, p, "POST", follow, "").requireOK(t, 201).Data))
	f.do(t, p, "POST", follow, "").requireCode(t, 400, "FOLLOW_RELATIONSHIP_ALREADY_EXISTS")
	require.EqualValues(t, 1, f.profile(t, p).FollowingsCount)
	require.EqualValues(t, 1, f.profile(t, other).FollowersCount)
	require.Equal(t, "true", string(f.do(t, p, "DELETE", follow, "").requireOK(t, 204).Data))
	f.do(t, p, "DELETE", follow, "").requireCode(t, 404, "FOLLOW_RELATIONSHIP_NOT_FOUND")
	require.Zero(t, f.profile(t, p).FollowingsCount)
	require.Zero(t, f.profile(t, other).FollowersCount)
	self := f.do(t, p, "POST", path("/api/members/follow/", p.id), "").requireCode(t, 400, "FOLLOW_SELF")
	require.Contains(t, self.Message, "자기")
	english := f.do(t, p, "POST", path("/api/members/follow/", p.id), "", "Accept-Language", "en-US,en").requireCode(t, 400, "FOLLOW_SELF")
	require.NotContains(t, english.Message, "자기")
	f.do(t, p, "DELETE", path("/api/members/follow/", p.id), "").requireCode(t, 404, "FOLLOW_RELATIONSHIP_NOT_FOUND")
}

func TestOfManyFollowsOfOnePairAtOnceExactlyOneCounts(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	var made, refused atomic.Int64
	together(30, func(int) {
		got, err := f.send(t.Context(), p, "POST", path("/api/members/follow/", other.id), "")
		if err == nil && got.http == 201 {
			made.Add(1)
		}
		if err == nil && got.Code == "FOLLOW_RELATIONSHIP_ALREADY_EXISTS" {
			refused.Add(1)
		}
	})
	require.EqualValues(t, 1, made.Load())
	require.EqualValues(t, 29, refused.Load())
	require.EqualValues(t, 1, f.profile(t, other).FollowersCount)
}

func TestCountersStayExactWhileManyFollowAndUnfollowEachOther(t *testing.T) {
	t.Parallel()
	f := start(t)
	var people []*person
	for range 5 {
		people = append(people, f.person(t))
	}
	var failed atomic.Int64
	together(60, func(i int) {
		who, whom := people[i%5], people[(i+1+i/5%4)%5]
		for _, method := range []string{"POST", "DELETE", "POST"} {
			got, err := f.send(t.Context(), who, method, path("/api/members/follow/", whom.id), "")
			if err != nil || got.http >= 500 {
				failed.Add(1)
			}
		}
	})
	require.Zero(t, failed.Load(), "nobody is turned away by a deadlock")
	require.EqualValues(t, 0, f.count(t, `SELECT COUNT(*) FROM member_profiles p
		WHERE p.followers_count <> (SELECT COUNT(*) FROM member_follows f WHERE f.following_id = p.member_id)
		   OR p.followings_count <> (SELECT COUNT(*) FROM member_follows f WHERE f.follower_id = p.member_id)`))
}

// seed makes members without logins, by the database alone, and returns their ids.
func (f *fleet) seed(t *testing.T, n int) []int64 {
	t.Helper()
	db := f.service.pool.SQL()
	ids := make([]int64, n)
	for i := range n {
		inserted, err := db.ExecContext(t.Context(), "INSERT INTO members (password, roles, status, password_changed_at, created_at, updated_at) VALUES ('x', 'MEMBER', 'ACTIVE', NOW(6), NOW(6), NOW(6))")
		require.NoError(t, err)
		ids[i], err = inserted.LastInsertId()
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), `INSERT INTO member_profiles (member_id, member_name, handle, gender, timezone, language_code, country_code, verification_status, privacy_level, version, created_at, updated_at)
			VALUES (?, 'seeded', ?, 'OTHER', 'UTC', 'en', 'KR', 'NONE', 'PUBLIC', 1, NOW(6), NOW(6))`, ids[i], fmt.Sprintf("seed_%d", ids[i]))
		require.NoError(t, err)
	}
	return ids
}

func TestNobodyFollowsMoreThanAThousand(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	ids := f.seed(t, 1020)
	values := make([]string, 990)
	for i := range values {
		values[i] = fmt.Sprintf("(%d, %d, NOW(6), NOW(6))", p.id, ids[i])
	}
	db := f.service.pool.SQL()
	_, err := db.ExecContext(t.Context(), "INSERT INTO member_follows (follower_id, following_id, created_at, updated_at) VALUES "+strings.Join(values, ","))
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE member_profiles SET followings_count = 990 WHERE member_id = ?", p.id)
	require.NoError(t, err)
	var made, refused atomic.Int64
	together(30, func(i int) {
		got, err := f.send(t.Context(), p, "POST", path("/api/members/follow/", ids[990+i]), "")
		if err == nil && got.http == 201 {
			made.Add(1)
		}
		if err == nil && got.Code == "FOLLOW_LIMIT_EXCEEDS" {
			refused.Add(1)
		}
	})
	require.EqualValues(t, 10, made.Load())
	require.EqualValues(t, 20, refused.Load())
	require.EqualValues(t, 1000, f.count(t, "SELECT COUNT(*) FROM member_follows WHERE follower_id = ?", p.id))
	require.EqualValues(t, 1000, f.profile(t, p).FollowingsCount)
	require.Len(t, read[[]memberrest.Summary](t, f.do(t, p, "GET", "/api/members/query/followings", "").requireOK(t, 200)), 1000)
	last := f.count(t, "SELECT MAX(following_id) FROM member_follows")
	f.do(t, p, "DELETE", path("/api/members/follow/", last), "").requireOK(t, 204)
	require.EqualValues(t, 999, f.profile(t, p).FollowingsCount)
}

func TestM8M9M11ListFollowsNewestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, viewer := f.person(t), f.person(t)
	ids := f.seed(t, 25)
	for _, id := range ids {
		f.follow(t, p, id)
	}
	f.follow(t, viewer, p.id)
	f.follow(t, viewer, ids[24])
	newest := func(from, n int) (want []int64) {
		for i := range n {
			want = append(want, ids[len(ids)-1-from-i])
		}
		return want
	}
	own := read[memberrest.FollowScrollPage](t, f.do(t, p, "GET", "/api/members/followers-followings", "").requireOK(t, 200))
	require.EqualValues(t, 25, own.Followings.TotalElements)
	require.EqualValues(t, 1, own.Followers.TotalElements)
	require.Equal(t, newest(0, 10), idsOf(own.Followings.Content))
	require.True(t, own.Followings.HasNext)
	require.False(t, own.Followers.HasNext)
	require.Nil(t, own.Followers.NextCursor)
	seen := read[memberrest.FollowScrollPage](t, f.do(t, viewer, "GET", path("/api/members/", p.id, "/followers-followings?page=2&size=10"), "").requireOK(t, 200))
	require.Equal(t, newest(20, 5), idsOf(seen.Followings.Content))
	require.Empty(t, seen.Followers.Content)

	more := read[memberrest.SummaryScrollPage](t, f.do(t, p, "GET", "/api/members/followings/more", "").requireOK(t, 200))
	require.Equal(t, 1, more.Page, "the second page by default")
	require.Equal(t, newest(10, 10), idsOf(more.Content))
	byCursor := read[memberrest.SummaryScrollPage](t, f.do(t, viewer, "GET", path("/api/members/", p.id, "/followings/more?cursor=", *own.Followings.NextCursor), "").requireOK(t, 200))
	require.Equal(t, newest(10, 10), idsOf(byCursor.Content), "M8's cursor goes on with M9")
	require.False(t, *byCursor.Content[0].Following)
	f.do(t, p, "DELETE", path("/api/members/follow/", ids[24]), "").requireOK(t, 204)
	last := read[memberrest.SummaryScrollPage](t, f.do(t, p, "GET", path("/api/members/followings/more?cursor=", *byCursor.NextCursor), "").requireOK(t, 200))
	require.Equal(t, newest(20, 5), idsOf(last.Content), "a cursor neither skips nor repeats while rows go")
	require.False(t, last.HasNext)
	followers := read[memberrest.SummaryScrollPage](t, f.do(t, p, "GET", "/api/members/followers/more?page=0", "").requireOK(t, 200))
	require.Equal(t, []int64{viewer.id}, idsOf(followers.Content))
	require.Equal(t, newest(1, 24), idsOf(read[[]memberrest.Summary](t, f.do(t, p, "GET", "/api/members/query/followings", "").requireOK(t, 200))))
}

func idsOf(summaries []memberrest.Summary) (ids []int64) {
	for _, s := range summaries {
		ids = append(ids, s.MemberID)
	}
	return ids
}

func TestPagesKeepTheirRules(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	f.seed(t, 12)
	lists := []string{
		"/api/members/followers-followings", "/api/members/followings/more", "/api/members/followers/more",
		"/api/members/follow/recommend/newbie", "/api/members/follow/recommend/newbie/more",
	}
	for _, list := range lists {
		f.do(t, p, "GET", list+"?page=-1", "").requireFields(t, "page")
		f.do(t, p, "GET", list+"?page=x&size=0", "").requireFields(t, "page", "size")
		f.do(t, p, "GET", list+"?page=101&size=100", "").requireCode(t, 400, "PAGE_TOO_DEEP")
		f.do(t, p, "GET", list+"?page=100&size=1000", "").requireOK(t, 200)
	}
	for _, list := range []string{lists[1], lists[2], lists[4]} {
		f.do(t, p, "GET", list+"?cursor=forged", "").requireFields(t, "cursor")
	}
	page := read[memberrest.SummaryScrollPage](t, f.do(t, p, "GET", lists[4]+"?page=0&size=5", "").requireOK(t, 200))
	f.do(t, p, "GET", lists[1]+"?cursor="+*page.NextCursor, "").requireFields(t, "cursor")
}

func TestF3AndF4RecommendTheNewestWhomTheCallerDoesNotFollow(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	ids := f.seed(t, 23)
	f.follow(t, p, ids[22])
	f.follow(t, p, ids[10])
	want := []int64{}
	for i := 22; i >= 0; i-- {
		if i != 22 && i != 10 {
			want = append(want, ids[i])
		}
	}
	first := read[memberrest.SummaryPage](t, f.do(t, p, "GET", "/api/members/follow/recommend/newbie", "").requireOK(t, 200))
	require.Equal(t, want[:10], idsOf(first.Content))
	require.EqualValues(t, 21, first.TotalElements)
	require.Equal(t, []any{3, true, false, true, false}, []any{first.TotalPages, first.HasNext, first.HasPrevious, first.First, first.Last})
	last := read[memberrest.SummaryPage](t, f.do(t, p, "GET", "/api/members/follow/recommend/newbie?page=2", "").requireOK(t, 200))
	require.Equal(t, want[20:], idsOf(last.Content))
	require.Equal(t, []any{false, true, false, true}, []any{last.HasNext, last.HasPrevious, last.First, last.Last})
	second := read[memberrest.SummaryScrollPage](t, f.do(t, p, "GET", "/api/members/follow/recommend/newbie/more", "").requireOK(t, 200))
	require.Equal(t, want[10:20], idsOf(second.Content))
	f.seed(t, 3)
	third := read[memberrest.SummaryScrollPage](t, f.do(t, p, "GET", "/api/members/follow/recommend/newbie/more?cursor="+*second.NextCursor, "").requireOK(t, 200))
	require.Equal(t, want[20:], idsOf(third.Content))
	require.Equal(t, []any{2, false}, []any{third.Page, third.HasNext})
}
