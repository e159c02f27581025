package activityrecord_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

func TestValidate_NamesTheBrokenRule(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind  activityrecord.Type
		spoil func(*activityrecord.Event)
		field string
	}{
		"no id":                     {activityrecord.PostCreate, func(e *activityrecord.Event) { e.EventId = "" }, "event_id"},
		"an id of another version":  {activityrecord.PostCreate, func(e *activityrecord.Event) { e.EventId = "9b2d7a52-57a5-4d5e-9a3a-0f1c2e3d4b5a" }, "event_id"},
		"an id in braces":           {activityrecord.PostCreate, func(e *activityrecord.Event) { e.EventId = "{" + eventID + "}" }, "event_id"},
		"nobody did it":             {activityrecord.PostCreate, func(e *activityrecord.Event) { e.MemberId = 0 }, "member_id"},
		"no time":                   {activityrecord.PostCreate, func(e *activityrecord.Event) { e.OccurredAt = nil }, "occurred_at"},
		"a time of a broken clock":  {activityrecord.PostCreate, func(e *activityrecord.Event) { e.OccurredAt = timestamppb.New(time.Unix(0, 0)) }, "occurred_at"},
		"a time far ahead":          {activityrecord.PostCreate, func(e *activityrecord.Event) { e.OccurredAt.Seconds = 1 << 33 }, "occurred_at"},
		"finer than the stores":     {activityrecord.PostCreate, func(e *activityrecord.Event) { e.OccurredAt.Nanos++ }, "occurred_at"},
		"a change without version":  {activityrecord.PostCreate, func(e *activityrecord.Event) { e.Version = 0 }, "version"},
		"a negative version":        {activityrecord.PostRead, func(e *activityrecord.Event) { e.Version = -1 }, "version"},
		"a post without its id":     {activityrecord.PostCreate, func(e *activityrecord.Event) { e.PostId = 0 }, "post_id"},
		"a comment without post":    {activityrecord.CommentCreate, func(e *activityrecord.Event) { e.PostId = 0 }, "post_id"},
		"a comment without its id":  {activityrecord.CommentRead, func(e *activityrecord.Event) { e.CommentId = 0 }, "comment_id"},
		"a post with a comment":     {activityrecord.PostRead, func(e *activityrecord.Event) { e.CommentId = 1 }, "comment_id"},
		"a follow with a post":      {activityrecord.MemberFollow, func(e *activityrecord.Event) { e.PostId = 1 }, "post_id"},
		"no state":                  {activityrecord.PostUpdate, func(e *activityrecord.Event) { e.State = nil }, "state"},
		"another's state":           {activityrecord.CommentCreate, func(e *activityrecord.Event) { e.State = eventOf(activityrecord.PostCreate).State }, "state"},
		"a read with state":         {activityrecord.PostRead, func(e *activityrecord.Event) { e.State = eventOf(activityrecord.PostCreate).State }, "state"},
		"created but deleted":       {activityrecord.PostCreate, func(e *activityrecord.Event) { e.GetPost().Deleted = true }, "state.post.deleted"},
		"deleted but there":         {activityrecord.CommentDelete, func(e *activityrecord.Event) { e.GetComment().Deleted = false }, "state.comment.deleted"},
		"a post of nobody":          {activityrecord.PostCreate, func(e *activityrecord.Event) { e.GetPost().AuthorId = 0 }, "state.post.author_id"},
		"a post without times":      {activityrecord.PostCreate, func(e *activityrecord.Event) { e.GetPost().CreatedAt = nil }, "state.post.created_at"},
		"a comment elsewhere":       {activityrecord.CommentCreate, func(e *activityrecord.Event) { e.GetComment().PostId = 1 }, "state.comment.post_id"},
		"a comment too deep":        {activityrecord.CommentCreate, func(e *activityrecord.Event) { e.GetComment().Depth = 3 }, "state.comment.depth"},
		"a reply to nothing":        {activityrecord.CommentCreate, func(e *activityrecord.Event) { e.GetComment().ParentId = nil }, "state.comment.parent_id"},
		"a reply to itself":         {activityrecord.CommentCreate, func(e *activityrecord.Event) { e.GetComment().ParentId = proto.Int64(commentID) }, "state.comment.parent_id"},
		"a like of the wrong thing": {activityrecord.LikePost, func(e *activityrecord.Event) { e.GetLike().Target = activityv1.LikeTarget_LIKE_TARGET_COMMENT }, "state.like.target"},
		"a like that is none":       {activityrecord.LikeComment, func(e *activityrecord.Event) { e.GetLike().Liked = false }, "state.like.liked"},
		"following oneself":         {activityrecord.MemberFollow, func(e *activityrecord.Event) { e.GetFollow().TargetMemberId = memberID }, "state.follow.target_member_id"},
		"an unfollow that follows":  {activityrecord.MemberUnfollow, func(e *activityrecord.Event) { e.GetFollow().Following = true }, "state.follow.following"},
		"gone but active":           {activityrecord.MemberDeactivate, func(e *activityrecord.Event) { e.GetMember().Active = true }, "state.member.active"},
		"signed up but gone":        {activityrecord.MemberSignup, func(e *activityrecord.Event) { e.GetMember().Active = false }, "state.member.active"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := eventOf(c.kind)
			c.spoil(e)
			err := activityrecord.Validate(e)
			var broken *activityrecord.ViolationError
			require.ErrorAs(t, err, &broken)
			require.Equal(t, c.field, broken.Field)
			require.NotEmpty(t, broken.Rule)
		})
	}
}

func TestEncode_RefusesWhatNoConsumerCouldApply(t *testing.T) {
	t.Parallel()
	e := eventOf(activityrecord.PostCreate)
	e.MemberId = 0
	_, err := activityrecord.Encode(e, activityrecord.Origin{})
	require.True(t, activityrecord.IsPermanent(err), "%v", err)

	notText := eventOf(activityrecord.PostCreate)
	notText.GetPost().Content = "\xff"
	_, err = activityrecord.Encode(notText, activityrecord.Origin{})
	require.True(t, activityrecord.IsPermanent(err), "%v", err)
}

func TestDecode_SaysThatTryingAgainIsUseless(t *testing.T) {
	t.Parallel()
	_, err := activityrecord.Decode([]byte("\x0f not protobuf"))
	require.ErrorIs(t, err, activityrecord.ErrUndecodable)
	require.True(t, activityrecord.IsPermanent(err))

	_, err = activityrecord.Decode(nil) // an empty message decodes, and breaks the rules
	require.ErrorIs(t, err, activityrecord.ErrUnknownType)
	require.True(t, activityrecord.IsPermanent(err))

	newer := eventOf(activityrecord.PostCreate)
	newer.Type = 99
	value, err := proto.Marshal(newer)
	require.NoError(t, err)
	_, err = activityrecord.Decode(value)
	require.ErrorIs(t, err, activityrecord.ErrUnknownType)

	require.False(t, activityrecord.IsPermanent(errors.New("the store is down")))
}

func TestTimestamp_CutsToWhatTheStoresKeep(t *testing.T) {
	t.Parallel()
	cut := activityrecord.Timestamp(time.Date(2026, 11, 21, 0, 0, 0, 123456789, time.UTC))
	require.Equal(t, int32(123456000), cut.GetNanos())
}
