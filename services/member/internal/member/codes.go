package member

import "github.com/dailyfeed/dailyfeed/support/apierr"

// The codes of spec 04.
var (
	CodeMemberNotFound     = apierr.Define("MEMBER_NOT_FOUND", apierr.NotFound, "회원을 찾을 수 없습니다", "The member does not exist")
	CodeMemberExists       = apierr.Define("MEMBER_ALREADY_EXISTS", apierr.Invalid, "이미 가입된 이메일입니다", "There is an account with this e-mail address")
	CodeHandleExists       = apierr.Define("MEMBER_HANDLE_ALREADY_EXISTS", apierr.Invalid, "이미 사용 중인 핸들입니다", "This handle is taken")
	CodePasswordInvalid    = apierr.Define("MEMBER_PASSWORD_INVALID", apierr.Invalid, "현재 비밀번호가 올바르지 않습니다", "The current password is not right")
	CodeIDsLimitExceeds    = apierr.Define("MEMBER_IDS_LIMIT_EXCEEDS", apierr.Invalid, "한 번에 1000명까지 조회할 수 있습니다", "At most 1000 members can be asked for at once")
	CodeLoginFailed        = apierr.Define("LOGIN_FAILED", apierr.Invalid, "이메일 또는 비밀번호가 올바르지 않습니다", "The e-mail address or the password is not right")
	CodeFollowSelf         = apierr.Define("FOLLOW_SELF", apierr.Invalid, "자기 자신을 팔로우할 수 없습니다", "You cannot follow yourself")
	CodeFollowExists       = apierr.Define("FOLLOW_RELATIONSHIP_ALREADY_EXISTS", apierr.Invalid, "이미 팔로우한 회원입니다", "You already follow this member")
	CodeFollowNotFound     = apierr.Define("FOLLOW_RELATIONSHIP_NOT_FOUND", apierr.NotFound, "팔로우하지 않은 회원입니다", "You do not follow this member")
	CodeFollowLimitExceeds = apierr.Define("FOLLOW_LIMIT_EXCEEDS", apierr.Invalid, "1000명까지 팔로우할 수 있습니다", "You can follow at most 1000 members")
	CodeSessionNotFound    = apierr.Define("SESSION_NOT_FOUND", apierr.NotFound, "로그인 세션을 찾을 수 없습니다", "There is no such session")
)
