package app

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

const followings = prefix + "/followings"

func TestA6ListsWhatThoseThatTheCallerFollowsDidInPublic(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	events := everyEvent()
	f.apply(t, events[:15]...) // before the deletions
	require.Equal(t, []string{"COMMENT_CREATE 90 700", "LIKE_POST 90", "POST_UPDATE 70", "POST_CREATE 70", "MEMBER_FOLLOW 8"}, f.banner(t, 1))
	require.Empty(t, f.banner(t, 7), "who follows nobody sees nothing")
	got := f.as(t, 1, "GET", followings, "").requireOK(t, 200).page(t).Content[4]
	require.Equal(t, "이름7", *got.MemberName)
	require.Equal(t, "handle7", *got.MemberHandle)
	require.EqualValues(t, 8, *got.TargetMemberID)
	require.Nil(t, got.PostID)
}

func TestA6TakesTypesAndNeverShowsPrivateOnes(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	f.apply(t, everyEvent()[:15]...)
	for types, want := range map[string][]string{
		"LIKE_POST":                        {"LIKE_POST 90"},
		"POST_CREATE,MEMBER_FOLLOW":        {"POST_CREATE 70", "MEMBER_FOLLOW 8"},
		"POST_READ":                        {},
		"MEMBER_LOGIN,LIKE_POST_CANCEL":    {},
		"POST_READ,COMMENT_CREATE":         {"COMMENT_CREATE 90 700"},
		"LIKE_COMMENT,LIKE_COMMENT_CANCEL": {},
	} {
		require.Equal(t, want, told(f.as(t, 1, "GET", followings+"?types="+types, "").requireOK(t, 200).page(t)), types)
	}
}

func TestA6ShowsNothingOfDeletedPostsAndComments(t *testing.T) {
	t.Parallel()
	created := func() []*activityrecord.Event {
		return []*activityrecord.Event{
			postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)),
			postEvent(activityrecord.PostUpdate, 7, 70, 2, at(1)),
			likeEvent(activityrecord.LikePost, 9, 70, 0, 1, at(2)),
			commentEvent(activityrecord.CommentCreate, 9, 70, 700, 1, at(3)),
			commentEvent(activityrecord.CommentCreate, 9, 90, 900, 1, at(4)),
			postEvent(activityrecord.PostCreate, 7, 71, 1, at(5)),
		}
	}
	deleted := func() []*activityrecord.Event {
		return []*activityrecord.Event{
			postEvent(activityrecord.PostDelete, 7, 70, 3, at(6)),
			commentEvent(activityrecord.CommentDelete, 9, 90, 900, 2, at(7)),
		}
	}
	for name, order := range map[string][][]*activityrecord.Event{
		"in order":           {created(), deleted()},
		"the deletion first": {deleted(), created()},
		"twice":              {created(), deleted(), created(), deleted()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.member.follow(1, 7, 9)
			for _, events := range order {
				f.apply(t, events...)
			}
			require.Equal(t, []string{"POST_CREATE 71"}, f.banner(t, 1))
			require.EqualValues(t, 1, f.unread(t, 1))
			require.Contains(t, f.mine(t, 7), "POST_CREATE 70", "the author's own list is complete")
		})
	}
}

func TestWhatAMemberSaysOfAPostHidesNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)), commentEvent(activityrecord.CommentCreate, 7, 70, 700, 1, at(1)))
	f.as(t, 9, "POST", prefix+"/posts", `{"postId":70,"activityType":"POST_DELETE"}`).requireOK(t, 201)
	f.as(t, 9, "POST", prefix+"/comments", `{"postId":70,"commentId":700,"activityType":"COMMENT_DELETE"}`).requireOK(t, 201)
	require.Equal(t, []string{"COMMENT_CREATE 70 700", "POST_CREATE 70"}, f.banner(t, 1))
}

func TestA6PagesAreWholeWhereMuchIsDeleted(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(7, 8, 9)
	var events []*activityrecord.Event
	var want []string
	for post := range int64(300) {
		author := 8 + post%2
		events = append(events, postEvent(activityrecord.PostCreate, author, post+1, 1, at(int(post)/3)))
		if post%10 == 0 {
			continue
		}
		events = append(events, postEvent(activityrecord.PostDelete, author, post+1, 2, at(1000+int(post))))
	}
	f.apply(t, events...)
	want = f.banner(t, 7)
	require.Len(t, want, 30)
	pages, all := scroll(t, f, followings+"?size=7", func() {})
	require.Equal(t, 5, pages)
	require.Equal(t, want, all)
	var numbered []string
	for page := range 5 {
		numbered = append(numbered, told(f.as(t, 7, "GET", followings+"?size=7&page="+strconv.Itoa(page), "").requireOK(t, 200).page(t))...)
	}
	require.Equal(t, want, numbered)
	require.EqualValues(t, 30, f.unread(t, 7))
}

func TestA6MergesAThousandFollowings(t *testing.T) {
	t.Parallel()
	f := start(t)
	var members []int64
	var events []*activityrecord.Event
	for i := range int64(1000) {
		members = append(members, 2000+i)
		if i%4 == 0 {
			events = append(events, likeEvent(activityrecord.LikePost, 2000+i, i+1, 0, 1, at(int(i*7919%1000))))
		}
	}
	f.member.follow(7, members...)
	f.apply(t, events...)
	begin := time.Now()
	first := f.as(t, 7, "GET", followings, "").requireOK(t, 200).page(t)
	require.Less(t, time.Since(begin), 5*time.Second)
	require.Len(t, first.Content, 20)
	pages, all := scroll(t, f, followings+"?size=50", func() {})
	require.Equal(t, 5, pages)
	require.Len(t, all, 250)
	seen := map[string]bool{}
	for _, line := range all {
		require.False(t, seen[line])
		seen[line] = true
	}
	for i := 1; i < len(first.Content); i++ {
		require.GreaterOrEqual(t, first.Content[i-1].CreatedAt, first.Content[i].CreatedAt)
	}
	require.Equal(t, "탈퇴한 사용자", *first.Content[0].MemberName, "members whom member does not know have left")
	require.EqualValues(t, 250, f.unread(t, 7))
}

func TestAnUnfollowTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7, 8)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)), postEvent(activityrecord.PostCreate, 8, 80, 1, at(1)))
	require.Len(t, f.banner(t, 1), 2)
	f.publishFollow(t, 1, 8)
	require.Equal(t, []string{"POST_CREATE 80"}, f.banner(t, 1))
	asked := f.member.asked.Load()
	require.Equal(t, []string{"POST_CREATE 80"}, f.banner(t, 1))
	require.Equal(t, asked, f.member.asked.Load(), "a list of the published version is not asked for again")
}

// publishFollow changes whom a member follows as member does: it publishes the
// version of the list.
func (f *fleet) publishFollow(t *testing.T, member int64, targets ...int64) {
	t.Helper()
	version := f.member.follow(member, targets...)
	key := fmt.Sprintf("member:api:followings-version:%d", member)
	require.NoError(t, f.service.redis.Conn().Set(t.Context(), key, version, time.Hour).Err())
}

func TestWithMemberDownTheLastKnownFollowingsServe(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	require.Len(t, f.banner(t, 1), 1)
	f.publishFollow(t, 1, 7, 8)
	f.member.down.Store(true)
	got := f.as(t, 1, "GET", followings, "").requireOK(t, 200).page(t)
	require.Len(t, got.Content, 1)
	require.Equal(t, "이름7", *got.Content[0].MemberName)
	require.EqualValues(t, 1, f.unread(t, 1))

	unknown := f.as(t, 2, "GET", followings, "")
	unknown.requireCode(t, 503, "SERVICE_UNAVAILABLE")
	require.NotEmpty(t, unknown.header.Get("Retry-After"))
	f.as(t, 2, "GET", followings+"/unread-count", "").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.as(t, 2, "GET", prefix, "").requireOK(t, 200)
	f.as(t, 2, "POST", prefix+"/posts", `{"postId":1,"activityType":"POST_READ"}`).requireOK(t, 201)
}

func TestA7CountsWhatIsNotRead(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	f.apply(t,
		postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)),
		postEvent(activityrecord.PostCreate, 7, 71, 1, at(60).Add(900*time.Millisecond)),
		postEvent(activityrecord.PostCreate, 7, 72, 1, at(61)),
		readEvent(activityrecord.PostRead, 7, 90, 0, at(62)),
	)
	require.EqualValues(t, 3, f.unread(t, 1))
	seoul, err := time.LoadLocation("Asia/Seoul")
	require.NoError(t, err)
	read := func(when time.Time) {
		t.Helper()
		got := f.as(t, 1, "PUT", followings+"/read", `{"until":"`+when.In(seoul).Format("2006-01-02T15:04:05")+`"}`).requireOK(t, 200)
		require.Equal(t, "true", string(got.Data))
	}
	read(at(60))
	require.EqualValues(t, 1, f.unread(t, 1), "until is inclusive, to the second")
	read(at(0))
	require.EqualValues(t, 1, f.unread(t, 1), "what is read stays read")
	require.Zero(t, f.unread(t, 2), "marks are a member's own")
	f.join(t)
	read(at(3600 * 24 * 3650))
	require.Zero(t, f.unread(t, 1), "on any replica")
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 73, 1, now().Add(2*time.Minute)))
	require.EqualValues(t, 1, f.unread(t, 1), "a time in the future counts as now")
}

func TestA7TakesATimeOfTheWireAndNothingElse(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, body := range []string{`{}`, `{"until":""}`, `{"until":null}`, `{"until":"2026-11-20"}`, `{"until":"2026-11-20 10:00:00"}`, `{"until":"2026-11-20T10:00:00Z"}`, `{"until":"2026-13-20T10:00:00"}`, `{"until":"2026-11-20T10:00:00.5"}`} {
		f.as(t, 7, "PUT", followings+"/read", body).requireCode(t, 400, "VALIDATION_FAILED", "until")
	}
	for _, body := range []string{``, `null`, `{"until":5}`} {
		f.as(t, 7, "PUT", followings+"/read", body).requireCode(t, 400, "MALFORMED_REQUEST")
	}
}
