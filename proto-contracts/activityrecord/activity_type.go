package activityrecord

import (
	"fmt"
	"slices"
	"strings"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
)

// Type is what a member did.
type Type = activityv1.ActivityType

// The types of the contract, by the names that they have on the wire.
const (
	PostCreate        = activityv1.ActivityType_ACTIVITY_TYPE_POST_CREATE
	PostUpdate        = activityv1.ActivityType_ACTIVITY_TYPE_POST_UPDATE
	PostDelete        = activityv1.ActivityType_ACTIVITY_TYPE_POST_DELETE
	PostRead          = activityv1.ActivityType_ACTIVITY_TYPE_POST_READ
	LikePost          = activityv1.ActivityType_ACTIVITY_TYPE_LIKE_POST
	LikePostCancel    = activityv1.ActivityType_ACTIVITY_TYPE_LIKE_POST_CANCEL
	LikeComment       = activityv1.ActivityType_ACTIVITY_TYPE_LIKE_COMMENT
	LikeCommentCancel = activityv1.ActivityType_ACTIVITY_TYPE_LIKE_COMMENT_CANCEL
	CommentCreate     = activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_CREATE
	CommentUpdate     = activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_UPDATE
	CommentDelete     = activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_DELETE
	CommentRead       = activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_READ
	MemberFollow      = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_FOLLOW
	MemberUnfollow    = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_UNFOLLOW
	MemberSignup      = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_SIGNUP
	MemberLogin       = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_LOGIN
	MemberLogout      = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_LOGOUT
	MemberUpdate      = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_UPDATE
	MemberDeactivate  = activityv1.ActivityType_ACTIVITY_TYPE_MEMBER_DEACTIVATE
)

const typePrefix = "ACTIVITY_TYPE_"

// TypeName is the name of a type on the wire, such as POST_CREATE. A type that
// this version does not know has its number as its name.
func TypeName(t Type) string { return strings.TrimPrefix(t.String(), typePrefix) }

// ParseType is the type with the name, such as POST_CREATE, exactly.
// Fails with ErrUnknownType.
func ParseType(name string) (Type, error) {
	number, ok := activityv1.ActivityType_value[typePrefix+name]
	if !ok || number == 0 {
		return 0, fmt.Errorf("parse activity type %q: %w", name, ErrUnknownType)
	}
	return Type(number), nil
}

// Types returns every type of the contract, in the order of its numbers.
func Types() []Type {
	types := make([]Type, 0, len(shapes))
	for t := range shapes {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}
