package mysqlstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
)

func at(n int) time.Time { return time.Unix(int64(n), 0).UTC() }

func TestAccountMappersLoseNothing(t *testing.T) {
	t.Parallel()
	account := member.Account{
		ID: 1, Status: "2", Roles: []member.Role{"3", "4"}, PasswordHash: "5", PasswordChangedAt: at(6), SessionEpoch: 7, CreatedAt: at(8),
	}
	require.Equal(t, accountRow{ID: 1, Status: "2", Roles: "3,4", Password: "5", PasswordChangedAt: at(6), SessionEpoch: 7, CreatedAt: at(8)}, fromAccount(account))
	require.Equal(t, account, toAccount(fromAccount(account)))
	require.Empty(t, toAccount(accountRow{}).Roles)
	require.Equal(t, member.Email{Key: "1", Given: "2"}, toEmail(emailRow{Email: "1", EmailGiven: "2"}))
}

func TestProfileMappersLoseNothing(t *testing.T) {
	t.Parallel()
	day := member.Date{Year: 1994, Month: 5, Day: 2}
	profile := member.Profile{
		ID: 1, MemberID: 2, MemberName: "3", Handle: "4", DisplayName: "5", Bio: "6", Location: "7", WebsiteURL: "8", BirthDate: day, Gender: "10",
		Timezone: "11", LanguageCode: "12", CountryCode: "13", Verification: "14", PrivacyLevel: "15", AvatarURL: "16", CoverURL: "17", Active: true,
		CreatedAt: at(19), UpdatedAt: at(20), FollowersCount: 21, FollowingsCount: 22, Version: 23,
	}
	midnight := day.Time()
	require.Equal(t, profileRow{
		ID: 1, MemberID: 2, MemberName: "3", Handle: "4", DisplayName: "5", Bio: "6", Location: "7", WebsiteURL: "8", BirthDate: &midnight, Gender: "10",
		Timezone: "11", LanguageCode: "12", CountryCode: "13", VerificationStatus: "14", PrivacyLevel: "15", AvatarURL: "16", CoverURL: "17", IsActive: true,
		CreatedAt: at(19), UpdatedAt: at(20), FollowersCount: 21, FollowingsCount: 22, Version: 23,
	}, fromProfile(profile))
	require.Equal(t, profile, toProfile(fromProfile(profile)))
	require.Nil(t, fromProfile(member.Profile{}).BirthDate)

	require.Equal(t, member.Summary{
		MemberID: 2, ProfileID: 1, MemberName: "3", Handle: "4", DisplayName: "5", Bio: "6", Verification: "7", PrivacyLevel: "8", FollowersCount: 9,
		FollowingsCount: 10, UpdatedAt: at(11), AvatarURL: "12", Relation: member.Relation{Viewer: 99, Follows: true, FollowedBy: true},
	}, toSummary(summaryRow{
		ID: 1, MemberID: 2, MemberName: "3", Handle: "4", DisplayName: "5", Bio: "6", VerificationStatus: "7", PrivacyLevel: "8", FollowersCount: 9,
		FollowingsCount: 10, UpdatedAt: at(11), AvatarURL: "12", Follows: true, FollowedBy: true,
	}, 99))
	require.Equal(t, member.Relation{Viewer: 2, Self: true, Follows: true}, toRelation(relationRow{Follows: true}, 2, 2))
}

func TestSessionMappersLoseNothing(t *testing.T) {
	t.Parallel()
	session := member.Session{ID: 1, MemberID: 2, Device: "3", Address: "4", CreatedAt: at(5), LastUsedAt: at(6)}
	require.Equal(t, sessionRow{ID: 1, MemberID: 2, DeviceInfo: "3", IPAddress: "4", CreatedAt: at(5), LastUsedAt: at(6)}, fromSession(session))
	row := fromSession(session)
	require.Equal(t, session, toSession(row))
	ended := at(7)
	row.RevokedAt, session.Revoked = &ended, true
	require.Equal(t, session, toSession(row))

	token := member.RefreshToken{
		ID: 1, SessionID: 2, MemberID: 3, Hash: member.TokenHash{4}, AccessTokenID: "5", SuccessorID: 6, ReplacedAt: at(7), CreatedAt: at(8), ExpiresAt: at(9),
		Revoked: true, Device: "10", Address: "11",
	}
	require.Equal(t, token, toRefreshToken(fromRefreshToken(token)))
	token.SuccessorID, token.ReplacedAt = 0, time.Time{}
	require.Nil(t, fromRefreshToken(token).SuccessorID)
	require.Equal(t, token, toRefreshToken(fromRefreshToken(token)))
}

func TestKeyMappersLoseNothing(t *testing.T) {
	t.Parallel()
	key := signing.Key{
		ID: "1", Public: []byte{2}, Sealed: []byte{3}, Primary: true, Active: true, ActivatedAt: at(4), ExpiresAt: at(5), CreatedAt: at(6),
	}
	require.Equal(t, key, toKey(fromKey(key)))
	key.ExpiresAt = time.Time{}
	require.Nil(t, fromKey(key).ExpiresAt)
	require.Equal(t, key, toKey(fromKey(key)))
	require.NotNil(t, fromKey(signing.Key{}).PrivateKey)
}

func TestOtherMappersLoseNothing(t *testing.T) {
	t.Parallel()
	require.Equal(t, member.Follow{ID: 1, Fact: member.FollowFact{Following: true, Follower: 2, Target: 3, At: time.Unix(5, 0), Version: 4}},
		toStandingFollow(standingFollowRow{ID: 1, FollowerID: 2, FollowingID: 3, Version: 4, CreatedAt: time.Unix(5, 0)}))
	require.Equal(t, member.FollowRef{ID: 1, Member: 2}, toFollowRef(followRow{ID: 1, MemberID: 2}))
	require.Equal(t, member.FollowVersions{Followings: 1, Followers: 2}, toVersions(versionsRow{FollowingsVersion: 1, FollowersVersion: 2}))
	require.Equal(t, member.Newcomer{Member: 2, Profile: 1, CreatedAt: at(3)}, toNewcomer(newcomerRow{ID: 1, MemberID: 2, CreatedAt: at(3)}))
	require.Equal(t, member.Revocation{Session: 1, Member: 2, At: at(3)}, toRevocation(revocationRow{ID: 1, MemberID: 2, RevokedAt: at(3)}))
	require.Equal(t, member.ImageRemoval{ID: 1, Member: 2, URL: "3", Attempts: 4, CreatedAt: at(5)},
		toImageRemoval(imageRemovalRow{ID: 1, MemberID: 2, ImageURL: "3", Attempts: 4, CreatedAt: at(5)}))
}

func TestOurPicturesAreKnownByTheirURL(t *testing.T) {
	t.Parallel()
	const id = "1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10"
	for _, url := range []string{
		"/api/proxy/images/view/" + id, "/api/images/view/" + id + "/", "https://feed.example/api/images/view/" + id + "?thumbnail=true#x", "/api/images/view/1F6F1C0C-2F1E-4B57-9C0E-3A8D5D3F9B10",
	} {
		require.NotNil(t, imageIDOf(url), url)
		require.Equal(t, id, *imageIDOf(url), url)
	}
	for _, url := range []string{"", "no-image", "https://other.example/a.png", "/api/images/view/", "/api/images/view/" + id + "/more", "/api/images/view/not-an-id"} {
		require.Nil(t, imageIDOf(url), url)
	}
}
