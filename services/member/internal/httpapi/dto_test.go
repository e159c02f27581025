package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

func newAPI(t *testing.T) *API {
	t.Helper()
	zone, err := wallclock.Load("Asia/Seoul")
	require.NoError(t, err)
	return &API{Zone: zone}
}

func at(second int) time.Time { return time.Date(2026, 11, 20, 15, 0, second, 999999000, time.UTC) }

func requireJSON(t *testing.T, want string, value any) {
	t.Helper()
	got, err := json.Marshal(value)
	require.NoError(t, err)
	require.JSONEq(t, want, string(got))
}

func TestSummariesAreMappedWhole(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	full := member.Summary{
		MemberID: 1, ProfileID: 2, MemberName: "3", Handle: "4", DisplayName: "5", Verification: "6", AvatarURL: "7", Bio: "8",
		PrivacyLevel: "hidden", FollowersCount: 9, FollowingsCount: 10, UpdatedAt: at(11), Relation: member.Relation{Viewer: 12, Follows: true},
	}
	requireJSON(t, `{"memberId":1,"id":2,"memberName":"3","memberHandle":"4","handle":"4","displayName":"5","verificationStatus":"6","avatarUrl":"7","bio":"8",
		"followersCount":9,"followingsCount":10,"following":true,"updatedAt":"2026-11-21T00:00:11"}`, a.toSummary(full))
	requireJSON(t, `{"memberId":1,"id":0,"memberName":"","memberHandle":"","handle":"","displayName":null,"verificationStatus":"","avatarUrl":"no-image","bio":null,
		"followersCount":0,"followingsCount":0,"following":null,"updatedAt":null}`, a.toSummary(member.Summary{MemberID: 1}))
}

func TestProfilesAreMappedWhole(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	view := member.ProfileView{Full: true, Email: "25", Relation: member.Relation{Viewer: 26}, Profile: member.Profile{
		ID: 1, MemberID: 2, MemberName: "3", Handle: "4", DisplayName: "5", Bio: "6", Location: "7", WebsiteURL: "8", BirthDate: member.Date{Year: 1994, Month: 5, Day: 2},
		Gender: "10", Timezone: "11", LanguageCode: "12", CountryCode: "13", Verification: "14", PrivacyLevel: "15", AvatarURL: "17", CoverURL: "18", Active: true,
		CreatedAt: at(20), UpdatedAt: at(21), FollowersCount: 22, FollowingsCount: 23, Version: 24,
	}}
	requireJSON(t, `{"id":1,"memberId":2,"memberName":"3","handle":"4","displayName":"5","bio":"6","location":"7","websiteUrl":"8","birthDate":"1994-05-02","gender":"10",
		"timezone":"11","languageCode":"12","countryCode":"13","verificationStatus":"14","privacyLevel":"15","profileCompletionScore":100,"isActive":true,"avatarUrl":"17","coverUrl":"18",
		"createdAt":"2026-11-21T00:00:20","updatedAt":"2026-11-21T00:00:21","followersCount":22,"followingsCount":23,"followingCount":23,"following":false,"email":"25"}`, a.toProfile(view))
	hidden := a.toProfile(member.ProfileView{Profile: member.Profile{ID: 1, MemberID: 2, CreatedAt: at(0)}})
	requireJSON(t, `{"id":1,"memberId":2,"memberName":"","handle":"","displayName":null,"bio":null,"location":null,"websiteUrl":null,"birthDate":null,"gender":null,
		"timezone":null,"languageCode":null,"countryCode":null,"verificationStatus":"","privacyLevel":"","profileCompletionScore":null,"isActive":false,"avatarUrl":"no-image","coverUrl":null,
		"createdAt":"2026-11-21T00:00:00","updatedAt":null,"followersCount":0,"followingsCount":0,"followingCount":0,"following":null,"email":null}`, hidden)
}

func TestSignUpsAndEditsAreReadWhole(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	require.Equal(t, member.SignUp{
		Email: "1", Password: "2", MemberName: "3", Handle: "4", DisplayName: "5", Bio: "6", Location: "7", WebsiteURL: "8", BirthDate: "9", Gender: "10",
		Timezone: "11", LanguageCode: "12", CountryCode: "13", PrivacyLevel: "14", AvatarURL: "15",
	}, fromSignUp(memberrest.SignUpRequest{
		Email: "1", Password: "2", MemberName: "3", Handle: "4", DisplayName: text("5"), Bio: text("6"), Location: text("7"), WebsiteURL: text("8"), BirthDate: text("9"), Gender: "10",
		Timezone: text("11"), LanguageCode: text("12"), CountryCode: "13", PrivacyLevel: text("14"), AvatarURL: text("15"),
	}))
	require.Equal(t, member.SignUp{}, fromSignUp(memberrest.SignUpRequest{}))
	require.Equal(t, member.ProfileEdit{
		MemberName: text("1"), DisplayName: text("2"), Bio: text("3"), Location: text("4"), WebsiteURL: text("5"), BirthDate: text("6"), Gender: text("7"),
		Timezone: text("8"), LanguageCode: text("9"), CountryCode: text("10"), PrivacyLevel: text("11"), AvatarURL: text("12"), PreviousAvatarURLs: []string{"13"},
	}, fromUpdateProfile(memberrest.UpdateProfileRequest{
		MemberName: text("1"), DisplayName: text("2"), Bio: text("3"), Location: text("4"), WebsiteURL: text("5"), BirthDate: text("6"), Gender: text("7"),
		Timezone: text("8"), LanguageCode: text("9"), CountryCode: text("10"), PrivacyLevel: text("11"), AvatarURL: text("12"), PreviousAvatarURL: []string{"13"},
	}))
	require.Equal(t, member.ProfileEdit{}, fromUpdateProfile(memberrest.UpdateProfileRequest{}))
}

func TestSessionsAreMappedWhole(t *testing.T) {
	t.Parallel()
	view := member.SessionView{Current: true, Session: member.Session{ID: 1, MemberID: 2, Device: "3", Address: "4", CreatedAt: at(5), LastUsedAt: at(6)}}
	requireJSON(t, `{"sessionId":"1","current":true,"device":"3","ipAddress":"4","createdAt":"2026-11-21T00:00:05","lastUsedAt":"2026-11-21T00:00:06"}`, newAPI(t).toSession(view))
	requireJSON(t, `{"memberIds":[1,2],"nextAfter":3,"version":4}`, toFollowIDs(member.FollowPortion{Members: []member.MemberID{1, 2}, Next: 3, Version: 4}))
	requireJSON(t, `{"memberIds":[],"nextAfter":null,"version":0}`, toFollowIDs(member.FollowPortion{}))
}

func TestSessionIdsHaveOneForm(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 42, fromSessionID("42"))
	for _, text := range []string{"", "0", "-1", "042", "+42", "42 ", "4e1", "99999999999999999999"} {
		require.Zero(t, fromSessionID(text), text)
	}
}

func TestUserAgentsAreCleanedAndCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Firefox on Linux", deviceName("Firefox\r\n on\x00 Linux\xff"))
	require.Equal(t, strings.Repeat("가", 255), deviceName(strings.Repeat("가", 300)))
}
