package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

func TestM1AndM12AreIdAndName(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t, "memberName", `"Mia Larsen"`)
	require.JSONEq(t, fmt.Sprintf(`{"id":%d,"name":"김하늘"}`, p.id), string(f.do(t, p, "GET", "/api/members/", "").requireOK(t, 200).Data))
	require.JSONEq(t, fmt.Sprintf(`{"id":%d,"name":"Mia Larsen"}`, other.id), string(f.do(t, p, "GET", path("/api/members/", other.id), "").requireOK(t, 200).Data))
}

func TestIdsInPathsArePositiveNumbersAndUnknownMembersAreNotFound(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	routes := []struct{ method, path string }{
		{"GET", "/api/members/%"},
		{"GET", "/api/members/%/profile"},
		{"GET", "/api/members/profile/%"},
		{"GET", "/api/members/%/summary"},
		{"GET", "/api/members/%/followers-followings"},
		{"GET", "/api/members/%/followers/more"},
		{"GET", "/api/members/%/followings/more"},
		{"POST", "/api/members/follow/%"},
		{"DELETE", "/api/members/follow/%"},
	}
	for _, route := range routes {
		for _, id := range []string{"foo", "0", "-1", "1.5", "9007199254740992", "1e3", "%20", "٣"} {
			f.do(t, p, route.method, strings.Replace(route.path, "%", id, 1), "").requireFields(t, "memberId")
		}
		for _, id := range []string{"9007199254740991", "999999"} {
			f.do(t, p, route.method, strings.Replace(route.path, "%", id, 1), "").requireCode(t, 404, "MEMBER_NOT_FOUND")
		}
	}
}

func TestM2M3M4ShowAProfile(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, viewer := f.person(t, "bio", `"자전거"`), f.person(t)
	own := f.profile(t, p)
	require.Equal(t, p.email, *own.Email)
	require.Nil(t, own.Following)
	require.Equal(t, own, f.do(t, p, "GET", path("/api/members/", p.id, "/profile"), "").requireOK(t, 200).profile(t), "one's own by any path")
	for _, where := range []string{
		path("/api/members/profile/", p.id), path("/api/members/", p.id, "/profile"),
		"/api/members/profile/@" + p.handle, "/api/members/profile/%40" + p.handle, "/api/members/profile/@" + strings.ToUpper(p.handle),
	} {
		got := f.do(t, viewer, "GET", where, "").requireOK(t, 200).profile(t)
		require.Equal(t, p.id, got.MemberID, where)
		require.Nil(t, got.Email)
		require.False(t, *got.Following)
		require.Equal(t, "자전거", *got.Bio)
		require.Equal(t, got.FollowingsCount, got.FollowingCount)
	}
	f.do(t, viewer, "GET", "/api/members/profile/@nobody_has_this", "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.do(t, viewer, "GET", "/api/members/profile/@", "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.do(t, viewer, "GET", "/api/members/profile/@%ED%95%9C", "").requireCode(t, 404, "MEMBER_NOT_FOUND")
}

func (f *fleet) edit(t *testing.T, p *person, body string) answer {
	t.Helper()
	return f.do(t, p, "PUT", "/api/members/profile", body)
}

func TestM5ChangesWhatIsSentAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t, "bio", `"처음"`, "location", `"서울"`)
	before := f.profile(t, p)
	got := f.edit(t, p, `{"memberName":"`+strings.Repeat("이", 100)+`","displayName":"`+strings.Repeat("가", 100)+`","bio":"`+strings.Repeat("나", 1000)+`",
		"websiteUrl":"http://a.example/`+strings.Repeat("x", 480)+`","birthDate":"2000-02-29","gender":"OTHER","timezone":"America/New_York","languageCode":"en-US",
		"countryCode":"US","privacyLevel":"FRIENDS_ONLY","avatarUrl":"https://pictures.example/me.png","unknown":{"a":1},"verificationStatus":"VERIFIED","email":"x@y"}`).requireOK(t, 200).profile(t)
	require.Equal(t, got, f.profile(t, p), "the answer is what is stored")
	require.Equal(t, "서울", *got.Location, "what is absent stays")
	require.Equal(t, []any{"2000-02-29", "OTHER", "America/New_York", "en-US", "US", "FRIENDS", "https://pictures.example/me.png", "NONE", p.email},
		[]any{*got.BirthDate, string(*got.Gender), *got.Timezone, *got.LanguageCode, string(*got.CountryCode), string(got.PrivacyLevel), got.AvatarURL, string(got.VerificationStatus), *got.Email})
	require.Equal(t, before.CreatedAt, got.CreatedAt)
	require.Equal(t, before.Handle, got.Handle)
	require.Equal(t, 100, *got.ProfileCompletionScore)
}

func TestM5EmptyClearsOptionalTextsAndLeavesEnumsAndNullIsAbsent(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t, "displayName", `"a"`, "bio", `"b"`, "location", `"c"`, "websiteUrl", `"http://d.example"`, "birthDate", `"1999-01-01"`, "avatarUrl", `"/x"`,
		"timezone", `"Asia/Seoul"`, "languageCode", `"ko"`, "privacyLevel", `"PRIVATE"`)
	before := f.profile(t, p)
	nulls := f.edit(t, p, `{"memberName":null,"displayName":null,"bio":null,"location":null,"websiteUrl":null,"birthDate":null,"gender":null,"timezone":null,"languageCode":null,"countryCode":null,"privacyLevel":null,"avatarUrl":null,"previousAvatarUrl":null}`).requireOK(t, 200).profile(t)
	before.UpdatedAt = nulls.UpdatedAt
	require.Equal(t, before, nulls)
	got := f.edit(t, p, `{"displayName":"","bio":"","location":"","websiteUrl":"","birthDate":"","avatarUrl":"","gender":"","timezone":"","languageCode":"","countryCode":"","privacyLevel":""}`).requireOK(t, 200).profile(t)
	require.Nil(t, got.DisplayName)
	require.Nil(t, got.Bio)
	require.Nil(t, got.Location)
	require.Nil(t, got.WebsiteURL)
	require.Nil(t, got.BirthDate)
	require.Equal(t, []any{"no-image", before.Gender, before.Timezone, before.LanguageCode, before.CountryCode, before.PrivacyLevel},
		[]any{got.AvatarURL, got.Gender, got.Timezone, got.LanguageCode, got.CountryCode, got.PrivacyLevel})
	f.edit(t, p, `{"avatarUrl":"/y"}`).requireOK(t, 200)
	require.Equal(t, "no-image", f.edit(t, p, `{"avatarUrl":"no-image"}`).requireOK(t, 200).profile(t).AvatarURL, "what we say for none is none")
}

func TestM5ReportsAllBrokenRulesAtOnceAndChangesNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	before := f.profile(t, p)
	body := fmt.Sprintf(`{"memberName":"","displayName":"%s","bio":"%s","location":"%s","websiteUrl":"ftp://x","birthDate":"2999-01-01","gender":"X","timezone":"X","languageCode":"x",
		"countryCode":"XX","privacyLevel":"X","avatarUrl":"x","previousAvatarUrl":["%s"]}`, strings.Repeat("가", 101), strings.Repeat("가", 1001), strings.Repeat("가", 101), strings.Repeat("a", 1001))
	f.edit(t, p, body).requireFields(t, "memberName", "displayName", "bio", "location", "websiteUrl", "birthDate", "gender", "timezone", "languageCode", "countryCode", "privacyLevel", "avatarUrl", "previousAvatarUrl")
	for _, name := range []string{`"한"`, `"  "`, `"` + strings.Repeat("가", 101) + `"`, `"a\u0000"`} {
		f.edit(t, p, `{"memberName":`+name+`}`).requireFields(t, "memberName")
	}
	f.edit(t, p, `{"websiteUrl":"https://a.example/`+strings.Repeat("x", 490)+`"}`).requireFields(t, "websiteUrl")
	f.edit(t, p, `{"bio":7}`).requireCode(t, 400, "MALFORMED_REQUEST")
	f.edit(t, p, `{"bio":"a","bio":"b"}`).requireCode(t, 400, "MALFORMED_REQUEST")
	require.Equal(t, before, f.profile(t, p))
}

func TestWhatAMemberChangesOthersSeeAtOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, viewer := f.person(t), f.person(t)
	first := *f
	f.join(t)
	f.edit(t, p, `{"displayName":"새 이름"}`).requireOK(t, 200)
	require.Equal(t, "새 이름", *first.do(t, viewer, "GET", path("/api/members/", p.id, "/summary"), "").requireOK(t, 200).summary(t).DisplayName)
}

func TestM6ChangesTheHandle(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	put := func(handle string) answer {
		return f.do(t, p, "PUT", "/api/members/profile/handle", `{"newHandle":`+handle+`}`)
	}
	next := "N_" + unique()
	require.JSONEq(t, `"`+next+`"`, string(put(`"`+next+`"`).requireOK(t, 200).Data))
	require.Equal(t, next, f.profile(t, p).Handle)
	put(`"`+next+`"`).requireOK(t, 200)
	require.JSONEq(t, `"`+strings.ToUpper(next)+`"`, string(put(`"`+strings.ToUpper(next)+`"`).requireOK(t, 200).Data), "one's own in another case")
	require.Equal(t, strings.ToUpper(next), f.profile(t, p).Handle)
	put(`"`+strings.ToUpper(other.handle)+`"`).requireCode(t, 400, "MEMBER_HANDLE_ALREADY_EXISTS")
	for _, bad := range []string{`""`, `null`, `"ab"`, `"a b"`, `"Admin"`, `"feed"`, `"` + strings.Repeat("a", 51) + `"`} {
		put(bad).requireFields(t, "newHandle")
	}
	f.do(t, p, "PUT", "/api/members/profile/handle", `{}`).requireFields(t, "newHandle")
	f.do(t, nil, "GET", "/api/members/handles/"+p.handle, "").requireOK(t, 200)
	require.JSONEq(t, `{"handle":"`+p.handle+`","available":true,"reason":null}`, string(f.do(t, nil, "GET", "/api/members/handles/"+p.handle, "").Data), "the old one is free")
}

func TestOfManyWhoTakeOneHandleAtOnceExactlyOneWins(t *testing.T) {
	t.Parallel()
	f := start(t)
	var people []*person
	for range 10 {
		people = append(people, f.person(t))
	}
	var won, refused atomic.Int64
	together(len(people), func(i int) {
		got, err := f.send(t.Context(), people[i], "PUT", "/api/members/profile/handle", `{"newHandle":"wanted_by_all"}`)
		if err == nil && got.http == 200 {
			won.Add(1)
		}
		if err == nil && got.Code == "MEMBER_HANDLE_ALREADY_EXISTS" {
			refused.Add(1)
		}
	})
	require.EqualValues(t, 1, won.Load())
	require.EqualValues(t, 9, refused.Load())
}

func TestPrivacyLevelsHideFromOthersWhatTheySay(t *testing.T) {
	t.Parallel()
	f := start(t)
	fields := []string{"bio", `"비밀"`, "displayName", `"하늘"`, "location", `"서울"`, "websiteUrl", `"http://a.example"`, "birthDate", `"1999-01-01"`, "avatarUrl", `"/me.png"`}
	owner := f.person(t, append(fields, "privacyLevel", `"PRIVATE"`)...)
	stranger, fan, friend := f.person(t), f.person(t), f.person(t)
	follow := func(who, whom *person) {
		f.do(t, who, "POST", path("/api/members/follow/", whom.id), "").requireOK(t, 201)
	}
	follow(fan, owner)
	follow(friend, owner)
	follow(owner, friend)
	followed := f.person(t)
	follow(owner, followed)
	sees := func(viewer *person) bool {
		t.Helper()
		profile := f.do(t, viewer, "GET", path("/api/members/profile/", owner.id), "").requireOK(t, 200)
		summary := f.do(t, viewer, "GET", path("/api/members/", owner.id, "/summary"), "").requireOK(t, 200).summary(t)
		got := profile.profile(t)
		require.Equal(t, []any{owner.id, "김하늘", owner.handle, "하늘", "/me.png", int64(2), int64(2), true, "NONE"},
			[]any{got.MemberID, got.MemberName, got.Handle, *got.DisplayName, got.AvatarURL, got.FollowersCount, got.FollowingsCount, got.IsActive, string(got.VerificationStatus)})
		require.NotEmpty(t, got.CreatedAt)
		var all map[string]any
		require.NoError(t, json.Unmarshal(profile.Data, &all))
		hidden := 0
		for _, field := range []string{"bio", "location", "websiteUrl", "birthDate", "gender", "timezone", "languageCode", "countryCode", "profileCompletionScore", "updatedAt"} {
			if all[field] == nil {
				hidden++
			}
		}
		require.Contains(t, []int{0, 10}, hidden, profile.raw)
		require.Equal(t, hidden == 10, summary.Bio == nil)
		require.Equal(t, hidden == 10, summary.UpdatedAt == nil)
		return hidden == 0
	}
	for level, want := range map[string][]bool{ // stranger, fan, friend, followed
		"PRIVATE": {false, false, false, false}, "FRIENDS": {false, false, true, false}, "PUBLIC": {true, true, true, true},
	} {
		f.edit(t, owner, `{"privacyLevel":"`+level+`"}`).requireOK(t, 200)
		for i, viewer := range []*person{stranger, fan, friend, followed} {
			require.Equal(t, want[i], sees(viewer), "%s, viewer %d", level, i)
		}
		own := f.profile(t, owner)
		require.Equal(t, "비밀", *own.Bio, "one sees oneself")
	}
}

func TestM7IsTheSummary(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	own := f.do(t, p, "GET", "/api/members/summary", "").requireOK(t, 200).summary(t)
	require.Nil(t, own.Following)
	require.Equal(t, p.id, own.MemberID)
	f.do(t, p, "POST", path("/api/members/follow/", other.id), "").requireOK(t, 201)
	require.True(t, *f.do(t, p, "GET", path("/api/members/", other.id, "/summary"), "").requireOK(t, 200).summary(t).Following)
	require.False(t, *f.do(t, other, "GET", path("/api/members/", p.id, "/summary"), "").requireOK(t, 200).summary(t).Following)
}

func TestM10FindsManyMembers(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, a, b := f.person(t), f.person(t), f.person(t)
	f.do(t, p, "POST", path("/api/members/follow/", b.id), "").requireOK(t, 201)
	ask := func(body string) answer { return f.do(t, p, "POST", "/api/members/query/in", body) }
	found := read[[]memberrest.Summary](t, ask(fmt.Sprintf(`{"ids":[%d,999999,%d,%d,%d]}`, b.id, a.id, b.id, p.id)).requireOK(t, 200))
	require.Len(t, found, 3)
	require.Equal(t, []int64{b.id, a.id, p.id}, []int64{found[0].MemberID, found[1].MemberID, found[2].MemberID})
	require.True(t, *found[0].Following)
	require.False(t, *found[1].Following)
	require.Nil(t, found[2].Following)
	require.Equal(t, "[]", string(ask(`{"ids":[]}`).requireOK(t, 200).Data))
	many := strings.TrimSuffix(strings.Repeat("7,", 1000), ",")
	ask(`{"ids":[`+many+`]}`).requireOK(t, 200)
	ask(`{"ids":[`+many+`,7]}`).requireCode(t, 400, "MEMBER_IDS_LIMIT_EXCEEDS")
	for _, bad := range []string{`{}`, `{"ids":null}`, `{"ids":[0]}`, `{"ids":[-1]}`, `{"ids":[9007199254740992]}`} {
		ask(bad).requireFields(t, "ids")
	}
	ask(`{"ids":["x"]}`).requireCode(t, 400, "MALFORMED_REQUEST")
	ask(`{"ids":[null]}`).requireCode(t, 400, "MALFORMED_REQUEST")
	ask(``).requireCode(t, 400, "MALFORMED_REQUEST")
}

func TestPreviousPicturesAreRememberedForDeletionInTheSameTransaction(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t, "avatarUrl", `"/api/proxy/images/view/a"`)
	f.edit(t, p, `{"avatarUrl":"/api/proxy/images/view/b","previousAvatarUrl":["/api/proxy/images/view/a","","no-image","/api/proxy/images/view/b"]}`).requireOK(t, 200)
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM member_image_removals WHERE image_url = '/api/proxy/images/view/a' AND member_id = ?", p.id))
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM member_image_removals"), "neither blanks nor the picture in use")
	f.edit(t, p, `{"gender":"X","previousAvatarUrl":["/api/proxy/images/view/c"]}`).requireFields(t, "gender")
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM member_image_removals"))
}
