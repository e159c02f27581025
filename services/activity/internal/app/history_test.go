package app

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
)

func TestA5ListsTheCallersOwnNewestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.apply(t, everyEvent()...)
	f.apply(t, postEvent(activityrecord.PostCreate, 8, 80, 1, at(5)))
	require.Equal(t, []string{
		"MEMBER_DEACTIVATE", "MEMBER_LOGOUT", "POST_DELETE 70", "COMMENT_DELETE 90 700", "LIKE_COMMENT_CANCEL 90 900",
		"LIKE_COMMENT 90 900", "COMMENT_READ 90 900", "COMMENT_UPDATE 90 700", "COMMENT_CREATE 90 700", "LIKE_POST_CANCEL 90",
		"LIKE_POST 90", "POST_READ 90", "POST_UPDATE 70", "POST_CREATE 70", "MEMBER_UNFOLLOW 8", "MEMBER_FOLLOW 8",
		"MEMBER_UPDATE", "MEMBER_LOGIN", "MEMBER_SIGNUP",
	}, f.mine(t, 7))
	page := f.as(t, 7, "GET", prefix, "").requireOK(t, 200).page(t)
	require.Equal(t, 20, page.Size)
	require.Nil(t, page.Content[0].MemberName, "names are null in A5")
	seoul, err := time.LoadLocation("Asia/Seoul")
	require.NoError(t, err)
	require.Equal(t, at(18).In(seoul).Format("2006-01-02T15:04:05"), page.Content[0].CreatedAt, "the event's time, in the zone of the wire")
}

func TestA5TakesTypes(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.apply(t, everyEvent()...)
	for types, want := range map[string][]string{
		"POST_READ":                      {"POST_READ 90"},
		"POST_CREATE,MEMBER_LOGIN":       {"POST_CREATE 70", "MEMBER_LOGIN"},
		"LIKE_POST,LIKE_POST":            {"LIKE_POST 90"},
		"MEMBER_UNFOLLOW,COMMENT_DELETE": {"COMMENT_DELETE 90 700", "MEMBER_UNFOLLOW 8"},
	} {
		require.Equal(t, want, told(f.as(t, 7, "GET", prefix+"?types="+types, "").requireOK(t, 200).page(t)))
	}
}

func TestA5AndA6RefuseValuesThatDoNotParse(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, list := range []string{prefix, prefix + "/followings", "/api/activity", "/api/activity/followings"} {
		for query, field := range map[string]string{
			"types=": "types", "types=X": "types", "types=POST_CREATE,": "types", "types=post_create": "types", "types=POST_CREATE%20": "types",
			"page=-1": "page", "page=x": "page", "size=0": "size", "size=x": "size", "cursor=x": "cursor", "cursor=": "cursor",
		} {
			f.as(t, 7, "GET", list+"?"+query, "").requireCode(t, 400, "VALIDATION_FAILED", field)
		}
		deep := f.as(t, 7, "GET", list+"?page=501", "")
		deep.requireCode(t, 400, "PAGE_TOO_DEEP")
		require.Contains(t, deep.raw, "cursor")
		require.Equal(t, 100, f.as(t, 7, "GET", list+"?size=1000", "").requireOK(t, 200).page(t).Size)
	}
}

// scroll walks a list by its cursors, and lets meanwhile happen after each page.
func scroll(t *testing.T, f *fleet, list string, meanwhile func()) (pages int, all []string) {
	t.Helper()
	query := ""
	for {
		page := f.as(t, 7, "GET", list+query, "").requireOK(t, 200).page(t)
		require.Equal(t, page.HasNext, page.NextCursor != nil)
		all = append(all, told(page)...)
		pages++
		if !page.HasNext {
			return pages, all
		}
		separator := "&"
		if !strings.Contains(list, "?") {
			separator = "?"
		}
		query = separator + "cursor=" + url.QueryEscape(*page.NextCursor)
		meanwhile()
	}
}

func TestA5PagesByCursorNeitherSkipNorRepeatWhileActivitiesAreAdded(t *testing.T) {
	t.Parallel()
	f := start(t)
	var events []*activityrecord.Event
	for post := range int64(23) {
		events = append(events, postEvent(activityrecord.PostCreate, 7, 100+post, 1, at(int(post)/5))) // five at a time
	}
	f.apply(t, events...)
	whole := f.mine(t, 7)
	next := int64(200)
	pages, all := scroll(t, f, prefix+"?size=5", func() {
		next++
		f.apply(t, postEvent(activityrecord.PostCreate, 7, next, 1, at(100)))
	})
	require.Equal(t, 5, pages)
	require.Equal(t, whole, all)
	var numbered []string
	for page := range 5 {
		numbered = append(numbered, told(f.as(t, 7, "GET", prefix+"?size=6&page="+string(rune('0'+page)), "").requireOK(t, 200).page(t))...)
	}
	require.Equal(t, f.mine(t, 7), numbered, "pages by number are the same list")
}

func TestACursorIsOneMembersOneListsAndOneFiltersOwn(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.apply(t, everyEvent()...)
	page := f.as(t, 7, "GET", prefix+"?size=2&types=POST_CREATE,LIKE_POST,POST_READ", "").requireOK(t, 200).page(t)
	require.NotNil(t, page.NextCursor)
	cursor := url.QueryEscape(*page.NextCursor)
	f.as(t, 7, "GET", prefix+"?size=2&types=POST_READ,POST_CREATE,LIKE_POST&cursor="+cursor, "").requireOK(t, 200)
	f.as(t, 7, "GET", prefix+"?size=2&cursor="+cursor, "").requireCode(t, 400, "VALIDATION_FAILED", "cursor")
	f.as(t, 8, "GET", prefix+"?size=2&types=POST_CREATE,LIKE_POST,POST_READ&cursor="+cursor, "").requireCode(t, 400, "VALIDATION_FAILED", "cursor")
	f.as(t, 7, "GET", prefix+"/followings?size=2&types=POST_CREATE,LIKE_POST,POST_READ&cursor="+cursor, "").requireCode(t, 400, "VALIDATION_FAILED", "cursor")
}

func TestHasNextIsExact(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(8, 7)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 1, 1, at(1)), postEvent(activityrecord.PostCreate, 7, 2, 1, at(2)))
	for _, list := range []struct {
		member int64
		path   string
	}{{7, prefix}, {8, prefix + "/followings"}} {
		page := f.as(t, list.member, "GET", list.path+"?size=2", "").requireOK(t, 200).page(t)
		require.False(t, page.HasNext)
		require.Nil(t, page.NextCursor)
		require.True(t, f.as(t, list.member, "GET", list.path+"?size=1", "").requireOK(t, 200).page(t).HasNext)
		empty := f.as(t, list.member, "GET", list.path+"?page=5", "").requireOK(t, 200)
		require.Equal(t, `{"content":[],"page":5,"size":20,"hasNext":false,"nextCursor":null}`, string(empty.Data))
	}
}

// The types of the domain are those of the document, which are those of the events.
func TestTypesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	var names []string
	for _, kind := range activityrecord.Types() {
		names = append(names, activityrecord.TypeName(kind))
	}
	var listed []string
	for _, e := range everyEvent() {
		listed = append(listed, activityrecord.TypeName(e.GetType()))
	}
	slices.Sort(names)
	slices.Sort(listed)
	require.Equal(t, names, listed)
	require.Contains(t, names, string(activityrest.ActivityTypePostCreate))
}
