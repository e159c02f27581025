package member

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestTheCompletionScoreIsTheShareOfOptionalFieldsThatAreFilled(t *testing.T) {
	t.Parallel()
	full := Profile{DisplayName: "a", Bio: "b", Location: "c", WebsiteURL: "d", BirthDate: Date{2000, 1, 1}, AvatarURL: "e"}
	require.Zero(t, Profile{}.CompletionScore())
	require.Equal(t, 16, Profile{Bio: "b"}.CompletionScore())
	require.Equal(t, 50, Profile{DisplayName: "a", Bio: "b", Location: "c"}.CompletionScore())
	require.Equal(t, 100, full.CompletionScore())
}

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	stranger, fan, followed, friend, self := Relation{Viewer: 1}, Relation{Viewer: 1, Follows: true}, Relation{Viewer: 1, FollowedBy: true},
		Relation{Viewer: 1, Follows: true, FollowedBy: true}, Relation{Viewer: 1, Self: true}
	for level, sees := range map[PrivacyLevel][]bool{
		Public: {true, true, true, true, true}, Friends: {false, false, false, true, true}, Private: {false, false, false, false, true}, "UNKNOWN": {false, false, false, false, true},
	} {
		for i, relation := range []Relation{stranger, fan, followed, friend, self} {
			require.Equal(t, sees[i], relation.Sees(level), "%s %d", level, i)
		}
	}
}

func TestURLsOfTheWebAndPathsOfOurOwn(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"http://a", "https://a.example:8443/b?c=d#e", "https://한글.example/경로"} {
		require.True(t, isWebURL(good), good)
	}
	for _, bad := range []string{"", "a", "//a", "http://", "https:///x", "ftp://a", "javascript:alert(1)", "http://a b", "http://a\n", `http:\\a`, "http://u:p@a", "http://%zz"} {
		require.False(t, isWebURL(bad), bad)
	}
	for _, good := range []string{"/", "/a/b?c", "/api/proxy/images/view/1"} {
		require.True(t, isOwnPath(good), good)
	}
	for _, bad := range []string{"", "a", "//a", `/\a`, "/\t/a", "/a b", "/%zz"} {
		require.False(t, isOwnPath(bad), bad)
	}
}

func TestDatesAreRealDays(t *testing.T) {
	t.Parallel()
	date, ok := parseDate("2000-02-29")
	require.True(t, ok)
	require.Equal(t, Date{2000, time.February, 29}, date)
	require.Equal(t, "2000-02-29", date.String())
	for _, bad := range []string{"", "1999-02-29", "2000-2-1", "2000-02-29 ", "0999-01-01", "２０００-01-01", "2000-02-29T00:00:00"} {
		_, ok := parseDate(bad)
		require.False(t, ok, bad)
	}
	var broken apierr.Violations
	checkBirthDate(&broken, "2026-11-20", Date{2026, time.November, 20})
	require.Error(t, broken.Err(), "today is not past")
}

func TestAddressesAreComparedWithoutCaseAndSurroundingSpace(t *testing.T) {
	t.Parallel()
	require.Equal(t, Email{Given: "Ha@A.Example", Key: "ha@a.example"}, newEmail(" Ha@A.Example\n"))
}

func TestHashesOfTokensAreReadStrictly(t *testing.T) {
	t.Parallel()
	hash := HashToken("x")
	text := strings.ToLower("2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881")
	parsed, ok := ParseTokenHash(text)
	require.True(t, ok)
	require.Equal(t, hash, parsed)
	for _, bad := range []string{"", "xyz", text[1:], text + "00", strings.ToUpper(text)} {
		_, ok := ParseTokenHash(bad)
		require.False(t, ok, bad)
	}
}

func TestADeviceTokenHoldsForOneAccountAndOnePassword(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	secrets := NewSecrets(strings.NewReader(strings.Repeat("r", 100)), []byte("k"))
	token, err := secrets.newDeviceToken(7, at)
	require.NoError(t, err)
	require.True(t, secrets.knowsDevice(token, 7, at))
	require.False(t, secrets.knowsDevice(token, 8, at))
	require.False(t, secrets.knowsDevice(token, 7, at.Add(time.Microsecond)))
	require.True(t, NewSecrets(nil, []byte("new"), []byte("k")).knowsDevice(token, 7, at))
	require.False(t, NewSecrets(nil, []byte("new")).knowsDevice(token, 7, at))
	for _, forged := range []string{"", ".", "a.b", token + "x", strings.ToUpper(token), token[1:], strings.Replace(token, ".", "", 1)} {
		require.False(t, secrets.knowsDevice(forged, 7, at), forged)
	}
}

func TestSecretsAndHashesAreNotPrinted(t *testing.T) {
	t.Parallel()
	require.Equal(t, "***", PasswordHash("$argon2id$secret").String())
	require.Equal(t, "***", PasswordHash("$argon2id$secret").GoString())
}

func TestRemovalsBackOff(t *testing.T) {
	t.Parallel()
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Minute, 5 * time.Minute},
		[]time.Duration{backoff(1), backoff(2), backoff(3), backoff(10), backoff(1000)})
}
