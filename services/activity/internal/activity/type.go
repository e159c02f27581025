package activity

import "slices"

// Type is what a member did, by its name on every wire.
type Type string

// The types (spec 09).
const (
	PostCreate        Type = "POST_CREATE"
	PostUpdate        Type = "POST_UPDATE"
	PostDelete        Type = "POST_DELETE"
	PostRead          Type = "POST_READ"
	LikePost          Type = "LIKE_POST"
	LikePostCancel    Type = "LIKE_POST_CANCEL"
	LikeComment       Type = "LIKE_COMMENT"
	LikeCommentCancel Type = "LIKE_COMMENT_CANCEL"
	CommentCreate     Type = "COMMENT_CREATE"
	CommentUpdate     Type = "COMMENT_UPDATE"
	CommentDelete     Type = "COMMENT_DELETE"
	CommentRead       Type = "COMMENT_READ"
	MemberFollow      Type = "MEMBER_FOLLOW"
	MemberUnfollow    Type = "MEMBER_UNFOLLOW"
	MemberSignup      Type = "MEMBER_SIGNUP"
	MemberLogin       Type = "MEMBER_LOGIN"
	MemberLogout      Type = "MEMBER_LOGOUT"
	MemberUpdate      Type = "MEMBER_UPDATE"
	MemberDeactivate  Type = "MEMBER_DEACTIVATE"
)

// Types are all types.
func Types() []Type {
	return slices.Concat(PostTypes(), PostLikeTypes(), CommentLikeTypes(), CommentTypes(), []Type{
		MemberFollow, MemberUnfollow, MemberSignup, MemberLogin, MemberLogout, MemberUpdate, MemberDeactivate,
	})
}

// PostTypes are what may be recorded of a post (A1).
func PostTypes() []Type { return []Type{PostCreate, PostUpdate, PostDelete, PostRead} }

// CommentTypes are what may be recorded of a comment (A2).
func CommentTypes() []Type { return []Type{CommentCreate, CommentUpdate, CommentDelete, CommentRead} }

// PostLikeTypes are what may be recorded of the like of a post (A3).
func PostLikeTypes() []Type { return []Type{LikePost, LikePostCancel} }

// CommentLikeTypes are what may be recorded of the like of a comment (A4).
func CommentLikeTypes() []Type { return []Type{LikeComment, LikeCommentCancel} }

// PublicTypes are what followers see. Reads, logins and cancels are private.
func PublicTypes() []Type {
	return []Type{PostCreate, PostUpdate, LikePost, CommentCreate, MemberFollow}
}

// happensOnce says whether the key of this type has no time, so that a member
// doing it to the same thing again is the same activity.
func (t Type) happensOnce() bool {
	return slices.Contains([]Type{PostCreate, LikePost, LikePostCancel, CommentCreate, LikeComment, LikeCommentCancel}, t)
}
