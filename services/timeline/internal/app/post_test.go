package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
)

// ranked are posts that stand in another order in each list.
func (f *fleet) ranked(t *testing.T) {
	t.Helper()
	f.AddPosts(t,
		contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1), Comments: 5, Views: 1, LastActivityAt: minutes(10)},
		contenttest.Post{ID: 2, Author: 3, CreatedAt: minutes(2), Comments: 5, Views: 9, LastActivityAt: minutes(30)},
		contenttest.Post{ID: 3, Author: 2, CreatedAt: minutes(2), Comments: 9, Likes: 5, LastActivityAt: minutes(20)},
		contenttest.Post{ID: 4, Author: 3, CreatedAt: minutes(3), Comments: 0, Likes: 1, Views: 8, LastActivityAt: minutes(30)},
		contenttest.Post{ID: 5, Author: 3, CreatedAt: minutes(4), Comments: 99, Views: 99, LastActivityAt: minutes(99), Deleted: true},
	)
}

func TestT2ListsTheMostCommentedThenTheNewest(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t)
	require.Equal(t, []int64{3, 2, 1, 4}, postIDs(f.posts(t, 1, "/posts/most-commented").Content))
}

func TestT3ListsTheMostPopularThenTheNewest(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t) // 1, 9, 10, 10
	require.Equal(t, []int64{4, 3, 2, 1}, postIDs(f.posts(t, 1, "/posts/most-popular").Content))
}

func TestT4ListsTheRecentlyActiveThenTheHigherID(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t)
	require.Equal(t, []int64{4, 2, 3, 1}, postIDs(f.posts(t, 1, "/posts/recent-activities").Content))
}

func TestT2T3T4TakeAWindow(t *testing.T) {
	t.Parallel()
	f := start(t)
	for id, days := range []int{0, 2, 10, 40} {
		at := now().Add(-time.Duration(days)*24*time.Hour - time.Minute)
		f.AddPosts(t, contenttest.Post{ID: int64(id + 1), Author: 2, CreatedAt: at, Comments: int64(id), Views: int64(id), LastActivityAt: now()})
	}
	for _, list := range []string{"most-commented", "most-popular", "recent-activities"} {
		for window, wanted := range map[string][]int64{"24h": {1}, "7d": {2, 1}, "30d": {3, 2, 1}, "all": {4, 3, 2, 1}} {
			got := f.posts(t, 1, "/posts/"+list+"?window="+window)
			require.Equal(t, wanted, postIDs(got.Content), list+" "+window)
		}
		for _, query := range []string{"window=1d", "window=", "window=24h&window=7d", "window=ALL"} {
			f.get(t, 1, "/posts/"+list+"?"+query).requireCode(t, 400, "VALIDATION_FAILED", "window")
		}
	}
	cursor := *f.posts(t, 1, "/posts/most-commented?window=30d&size=1").NextCursor
	require.Equal(t, []int64{2}, postIDs(f.posts(t, 1, "/posts/most-commented?window=30d&size=1&cursor="+cursor).Content))
	f.get(t, 1, "/posts/most-commented?window=7d&cursor="+cursor).requireCode(t, 400, "VALIDATION_FAILED", "cursor")
}

func TestT5ListsTheCallersPostsNewestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t)
	got := f.posts(t, 2, "/posts")
	require.Equal(t, []int64{3, 1}, postIDs(got.Content))
	require.Equal(t, 10, got.Size)
	require.Empty(t, f.posts(t, 5, "/posts").Content)
	f.AddPosts(t, contenttest.Post{ID: 9, Author: 2, CreatedAt: minutes(9)})
	require.EqualValues(t, 9, f.posts(t, 2, "/posts").Content[0].ID, "its own write at once")
}

func TestT6ShowsAPost(t *testing.T) {
	t.Parallel()
	f := start(t)
	display := "하늘"
	f.member.Put(memberrest.Summary{
		MemberID: 2, ID: 2, MemberName: "Kim", MemberHandle: "kim", Handle: "kim", DisplayName: &display,
		VerificationStatus: "NONE", AvatarURL: "/api/proxy/images/view/x",
	})
	f.AddPosts(t, contenttest.Post{
		ID: 7, Author: 2, Title: "제목", Content: "<b>글</b> 🚲", CreatedAt: today, UpdatedAt: minutes(61), Views: 10, Likes: 3, Comments: 2,
	})
	f.Like(t, 7, 1, today)
	got := f.get(t, 1, "/posts/7")
	require.JSONEq(t, `{"status":200,"result":"SUCCESS","data":{
		"id":7,"title":"제목","content":"<b>글</b> 🚲","authorId":2,"authorName":"하늘","authorHandle":"kim",
		"authorAvatarUrl":"/api/proxy/images/view/x","viewCount":11,"likeCount":3,"commentCount":2,"liked":true,
		"createdAt":"2026-11-20 21:00:00","updatedAt":"2026-11-20 22:01:00"}}`, got.raw)
	require.EqualValues(t, 10, read[timelinerest.Post](t, f.get(t, 2, "/posts/7")).ViewCount, "the author's own read does not count")
	require.False(t, read[timelinerest.Post](t, f.get(t, 3, "/posts/7")).Liked)
}

func TestT6OfAPostThatIsNotThere(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.AddPosts(t, contenttest.Post{ID: 7, Author: 2, CreatedAt: today})
	f.DeletePost(t, 7)
	for _, path := range []string{"/posts/7", "/posts/8", "/posts/9007199254740991"} {
		f.get(t, 1, path).requireCode(t, 404, "POST_NOT_FOUND")
	}
	for _, id := range []string{"0", "-1", "x", "1.0", "9007199254740992", "99999999999999999999", "%20", "1e3"} {
		f.get(t, 1, "/posts/"+id).requireCode(t, 400, "VALIDATION_FAILED", "postId")
	}
}

func TestT7ListsAnAuthorsPosts(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t)
	require.Equal(t, []int64{4, 2}, postIDs(f.posts(t, 1, "/posts/authors/3").Content))
	require.Empty(t, f.posts(t, 1, "/posts/authors/5").Content, "a member without posts")
	f.get(t, 1, "/posts/authors/404").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.get(t, 1, "/posts/authors/x").requireCode(t, 400, "VALIDATION_FAILED", "authorId")
	cursor := *f.posts(t, 3, "/posts/authors/3?size=1").NextCursor
	f.get(t, 3, "/posts?cursor="+cursor).requireCode(t, 400, "VALIDATION_FAILED", "cursor")
}

func TestPostsOfOneWhoLeftStayAndShowIt(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t)
	f.member.Leave(3)
	post := read[timelinerest.Post](t, f.get(t, 1, "/posts/2"))
	require.Equal(t, []string{"탈퇴한 사용자", "deleted", "no-image"}, []string{*post.AuthorName, *post.AuthorHandle, *post.AuthorAvatarURL})
	f.get(t, 1, "/posts/authors/3").requireCode(t, 404, "MEMBER_NOT_FOUND")
}

func TestT8FindsPostsInTheAskedOrder(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.ranked(t)
	find := func(body string) answer { return f.send(t, 1, http.MethodPost, "/posts/query/list", body) }
	require.Equal(t, []int64{3, 1, 4}, postIDs(read[[]timelinerest.Post](t, find(`{"ids":[3,404,1,5,3,4]}`))))
	require.Equal(t, "[]", string(find(`{"ids":[]}`).Data))
	hundred := strings.TrimSuffix(strings.Repeat("1,", 100), ",")
	require.Len(t, read[[]timelinerest.Post](t, find(`{"ids":[`+hundred+`]}`)), 1)
	for _, body := range []string{`{"ids":[` + hundred + `,1]}`, `{}`, `{"ids":null}`, `{"ids":[0]}`, `{"ids":[-1]}`, `{"ids":[9007199254740992]}`} {
		find(body).requireCode(t, 400, "VALIDATION_FAILED", "ids")
	}
	for _, body := range []string{``, `null`, `{"ids":["1"]}`, `{"ids":[1.5]}`, `{"ids":1}`, `[1]`, `{"ids":[1]} x`} {
		find(body).requireCode(t, 400, "MALFORMED_REQUEST")
	}
	again := f.send(t, 1, http.MethodPost, "/posts/query/list", `{"ids":[2]}`, "Idempotency-Key", "k", "Content-Type", "text/plain")
	require.Len(t, read[[]timelinerest.Post](t, again), 1)
	other := f.send(t, 1, http.MethodPost, "/posts/query/list", `{"ids":[1,2]}`, "Idempotency-Key", "k")
	require.Len(t, read[[]timelinerest.Post](t, other), 2, "a POST that only reads takes no key")
}

func TestT14ListsPostsOfADateRange(t *testing.T) {
	t.Parallel()
	f := start(t)
	at := func(text string) time.Time { // in the zone of the wire
		parsed, err := time.ParseInLocation("2006-01-02T15:04:05.000000", text, time.FixedZone("KST", 9*60*60))
		require.NoError(t, err)
		return parsed.UTC()
	}
	for id, text := range []string{
		"2026-11-19T23:59:59.999999", "2026-11-20T00:00:00.000000", "2026-11-20T12:00:00.500000", "2026-11-20T12:00:01.000000",
		"2026-11-20T23:59:59.999999", "2026-11-21T00:00:00.000000",
	} {
		f.AddPosts(t, contenttest.Post{ID: int64(id + 1), Author: 2, CreatedAt: at(text)})
	}
	for query, wanted := range map[string][]int64{
		"startDate=2026-11-20&endDate=2026-11-20":                   {5, 4, 3, 2},
		"startDate=2026-11-20T12:00:00&endDate=2026-11-20T12:00:00": {3},
		"startDate=2026-11-20T12:00:01&endDate=2026-11-20":          {5, 4},
		"startDate=2026-11-19&endDate=2026-11-20T00:00:00":          {2, 1},
		"startDate=2026-11-19&endDate=2026-11-21":                   {6, 5, 4, 3, 2, 1},
		"startDate=0001-01-01&endDate=9999-12-31":                   {6, 5, 4, 3, 2, 1},
		"startDate=0000-01-01&endDate=0000-01-01":                   {},
		"startDate=9999-12-31T23:59:59&endDate=9999-12-31T23:59:59": {},
	} {
		page := read[timelinerest.PostPage](t, f.get(t, 1, "/posts/date-range?"+query))
		require.Equal(t, wanted, postIDs(page.Content), query)
		require.EqualValues(t, len(wanted), page.TotalElements, query)
	}
	page := read[timelinerest.PostPage](t, f.get(t, 1, "/posts/date-range?startDate=2026-11-20&endDate=2026-11-20&size=3&page=1"))
	require.Equal(t, timelinerest.PostPage{
		Content: page.Content, Page: 1, Size: 3, TotalElements: 4, TotalPages: 2, HasPrevious: true, Last: true,
	}, page)
	require.Equal(t, []int64{2}, postIDs(page.Content))
}

func TestT14RefusesDatesThatAreNoRange(t *testing.T) {
	t.Parallel()
	f := start(t)
	for query, fields := range map[string][]string{
		"": {"startDate", "endDate"}, "startDate=2026-11-20": {"endDate"}, "startDate=&endDate=": {"startDate", "endDate"},
		"startDate=2026-11-20&endDate=2026-11-19":                   {"endDate"},
		"startDate=2026-11-20T12:00:01&endDate=2026-11-20T12:00:00": {"endDate"},
		"startDate=2026-02-30&endDate=20261120":                     {"startDate", "endDate"},
		"startDate=2026-11-20%2012:00:00&endDate=2026-11-20":        {"startDate"},
		"startDate=2026-11-20T12:00:00Z&endDate=2026-11-20":         {"startDate"},
		"startDate=2026-11-20T25:00:00&endDate=2026-11-20":          {"startDate"},
		"startDate=2026-11-20&startDate=2026-11-20&endDate=x":       {"startDate", "endDate"},
		"startDate=2026-11-20&endDate=2026-11-20&page=-1":           {"page"},
	} {
		f.get(t, 1, "/posts/date-range?"+query).requireCode(t, 400, "VALIDATION_FAILED", fields...)
	}
	f.get(t, 1, "/posts/date-range?startDate=2026-11-20&endDate=2026-11-20&page=101&size=100").requireCode(t, 400, "PAGE_TOO_DEEP")
}

func TestT15ShowsThreeCounts(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.AddPosts(t, contenttest.Post{ID: 7, Author: 2, CreatedAt: today, Views: 10, Likes: 3, Comments: 2})
	require.JSONEq(t, `{"commentCount":2,"likeCount":3,"viewCount":10}`, string(f.get(t, 1, "/statistics/posts/7").Data))
	f.DeletePost(t, 7)
	f.get(t, 1, "/statistics/posts/7").requireCode(t, 404, "POST_NOT_FOUND")
	f.get(t, 1, "/statistics/posts/x").requireCode(t, 400, "VALIDATION_FAILED", "postId")
}

// Every scroll list of posts: pages by cursor neither skip nor repeat a row
// while rows are added, and ties of time are broken by id.
func TestPagesNeitherSkipNorRepeatWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"T1": "/posts/followings", "T2": "/posts/most-commented", "T3": "/posts/most-popular", "T4": "/posts/recent-activities",
		"T5": "/posts", "T7": "/posts/authors/2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			reader := int64(1)
			if name == "T5" {
				reader = 2
			}
			f.follow(t, reader, 2)
			var wanted []int64
			for id := range int64(25) {
				f.AddPosts(t, contenttest.Post{ID: id + 1, Author: 2, CreatedAt: minutes(int(id / 10))})
				wanted = append(wanted, id+1)
			}
			slices.Reverse(wanted)
			var got []int64
			page := f.posts(t, reader, path+"?size=4")
			for added := int64(100); ; added++ {
				got = append(got, postIDs(page.Content)...)
				require.Equal(t, page.HasNext, page.NextCursor != nil)
				if !page.HasNext {
					break
				}
				f.AddPosts(t, contenttest.Post{ID: added, Author: 2, CreatedAt: minutes(int(added)), Comments: 5, Views: 5})
				page = f.posts(t, reader, path+"?size=4&cursor="+*page.NextCursor)
			}
			require.Equal(t, wanted, got)
		})
	}
}

func TestPagesByNumberAreExact(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	for id := range int64(12) {
		f.AddPosts(t, contenttest.Post{ID: id + 1, Author: 2, CreatedAt: today})
	}
	for _, path := range []string{"/posts/followings", "/posts/most-commented", "/posts/authors/2"} {
		var got []int64
		for page := range 3 {
			read := f.posts(t, 1, fmt.Sprintf("%s?size=4&page=%d", path, page))
			require.Equal(t, page < 2, read.HasNext, "%s page %d", path, page)
			require.Equal(t, []int{page, 4}, []int{read.Page, read.Size})
			got = append(got, postIDs(read.Content)...)
		}
		require.Equal(t, []int64{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, got, path)
		behind := f.posts(t, 1, path+"?size=4&page=9")
		require.Empty(t, behind.Content)
		require.False(t, behind.HasNext)
	}
}

func TestPagesAreRefusedByTheRules(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, path := range []string{"/posts/followings", "/posts/most-popular", "/posts", "/posts/authors/2", "/comments", "/members/2/comments"} {
		f.get(t, 1, path+"?page=-1&size=0").requireCode(t, 400, "VALIDATION_FAILED", "page", "size")
		f.get(t, 1, path+"?page=x").requireCode(t, 400, "VALIDATION_FAILED", "page")
		f.get(t, 1, path+"?cursor=AAAA").requireCode(t, 400, "VALIDATION_FAILED", "cursor")
		f.get(t, 1, path+"?cursor=").requireCode(t, 400, "VALIDATION_FAILED", "cursor")
		deep := f.get(t, 1, path+"?page=1001&size=10")
		deep.requireCode(t, 400, "PAGE_TOO_DEEP")
		require.Contains(t, deep.raw, "cursor")
		require.Equal(t, 100, read[timelinerest.PostScrollPage](t, f.get(t, 1, path+"?size=1000")).Size)
	}
}

func TestThePathsNeedAToken(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.get(t, 0, "/posts/followings").requireCode(t, 401, "BEARER_TOKEN_MISSING")
	f.get(t, 0, "/nowhere").requireCode(t, 404, "NOT_FOUND")
	f.send(t, 1, http.MethodDelete, "/posts/7", "").requireCode(t, 405, "METHOD_NOT_ALLOWED")
	require.Equal(t, http.StatusOK, f.get(t, 1, "/posts/").http, "with and without a trailing slash")
}
