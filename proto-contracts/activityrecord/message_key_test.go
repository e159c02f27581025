package activityrecord_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

// The whole table of keys, by the ids of events_test.go.
func TestKey_IsTheTableOfTheContract(t *testing.T) {
	t.Parallel()
	const (
		prefix = "member_activity:kafka_event:"
		utc    = "###2026-11-20 23:30:15.123456000"
	)
	keys := map[activityrecord.Type]string{
		activityrecord.PostCreate:        "POST_CREATE###22###11",
		activityrecord.LikePost:          "LIKE_POST###22###11",
		activityrecord.LikePostCancel:    "LIKE_POST_CANCEL###22###11",
		activityrecord.PostUpdate:        "POST_UPDATE###22###11" + utc,
		activityrecord.PostDelete:        "POST_DELETE###22###11" + utc,
		activityrecord.PostRead:          "POST_READ###22###11" + utc,
		activityrecord.CommentCreate:     "COMMENT_CREATE###33###11",
		activityrecord.LikeComment:       "LIKE_COMMENT###33###11",
		activityrecord.LikeCommentCancel: "LIKE_COMMENT_CANCEL###33###11",
		activityrecord.CommentUpdate:     "COMMENT_UPDATE###33###11" + utc,
		activityrecord.CommentDelete:     "COMMENT_DELETE###33###11" + utc,
		activityrecord.CommentRead:       "COMMENT_READ###33###11" + utc,
		activityrecord.MemberFollow:      "MEMBER_FOLLOW###44###11" + utc,
		activityrecord.MemberUnfollow:    "MEMBER_UNFOLLOW###44###11" + utc,
		activityrecord.MemberSignup:      "MEMBER_SIGNUP###11###11" + utc,
		activityrecord.MemberLogin:       "MEMBER_LOGIN###11###11" + utc,
		activityrecord.MemberLogout:      "MEMBER_LOGOUT###11###11" + utc,
		activityrecord.MemberUpdate:      "MEMBER_UPDATE###11###11" + utc,
		activityrecord.MemberDeactivate:  "MEMBER_DEACTIVATE###11###11" + utc,
	}
	require.Len(t, keys, len(activityrecord.Types()))
	for kind, rest := range keys {
		require.Equal(t, prefix+rest, activityrecord.Key(eventOf(kind)))
	}
}

func TestTopic_IsTheUTCDateOfTheEvent(t *testing.T) {
	t.Parallel()
	e := eventOf(activityrecord.PostCreate) // the 21st in Seoul, where it was written
	require.Equal(t, "member-activity-20261120", activityrecord.Topic(activityrecord.DefaultTopicPrefix, e))
	require.Equal(t, "test-20261120", activityrecord.Topic("test-", e))
}

func TestPartitionID_IsThePostOrTheActingMember(t *testing.T) {
	t.Parallel()
	for _, kind := range activityrecord.Types() {
		e := eventOf(kind)
		want := int64(memberID)
		if e.GetPostId() != 0 {
			want = postID
		}
		require.Equal(t, want, activityrecord.PartitionID(e), activityrecord.TypeName(kind))
	}
	require.Equal(t, []byte("9223372036854775807"), activityrecord.PartitionKey(9223372036854775807))
}

func TestThing_IsWhatTheVersionCounts(t *testing.T) {
	t.Parallel()
	things := map[activityrecord.Type]string{
		activityrecord.PostUpdate:        "post:22",
		activityrecord.PostRead:          "post:22",
		activityrecord.CommentDelete:     "comment:33",
		activityrecord.LikePost:          "like:post:22:11",
		activityrecord.LikePostCancel:    "like:post:22:11",
		activityrecord.LikeComment:       "like:comment:33:11",
		activityrecord.LikeCommentCancel: "like:comment:33:11",
		activityrecord.MemberFollow:      "follow:11:44",
		activityrecord.MemberUnfollow:    "follow:11:44",
		activityrecord.MemberLogin:       "member:11",
		activityrecord.MemberDeactivate:  "member:11",
	}
	for kind, thing := range things {
		require.Equal(t, thing, activityrecord.Thing(eventOf(kind)))
	}
}

func TestIsFirst_IsTheMakingOfAThingAlone(t *testing.T) {
	t.Parallel()
	for _, kind := range activityrecord.Types() {
		e := eventOf(kind)
		e.Version = 1
		made := kind == activityrecord.PostCreate || kind == activityrecord.CommentCreate || kind == activityrecord.MemberSignup
		require.Equal(t, made, activityrecord.IsFirst(e), activityrecord.TypeName(kind))
		e.Version = 2 // such as one that is published again
		require.False(t, activityrecord.IsFirst(e), activityrecord.TypeName(kind))
	}
}

func TestParseType_TakesExactlyTheNamesOfTheContract(t *testing.T) {
	t.Parallel()
	require.Len(t, activityrecord.Types(), 19)
	for _, kind := range activityrecord.Types() {
		parsed, err := activityrecord.ParseType(activityrecord.TypeName(kind))
		require.NoError(t, err)
		require.Equal(t, kind, parsed)
	}
	for _, name := range []string{"", "UNSPECIFIED", "post_create", "ACTIVITY_TYPE_POST_CREATE", "POST_SHARE"} {
		_, err := activityrecord.ParseType(name)
		require.ErrorIs(t, err, activityrecord.ErrUnknownType, name)
	}
}
