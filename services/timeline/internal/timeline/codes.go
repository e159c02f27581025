package timeline

import "github.com/dailyfeed/dailyfeed/support/apierr"

// The codes of spec 06.
var (
	CodePostNotFound    = apierr.Define("POST_NOT_FOUND", apierr.NotFound, "게시글을 찾을 수 없습니다", "The post does not exist")
	CodeCommentNotFound = apierr.Define("COMMENT_NOT_FOUND", apierr.NotFound, "댓글을 찾을 수 없습니다", "The comment does not exist")
	CodeMemberNotFound  = apierr.Define("MEMBER_NOT_FOUND", apierr.NotFound, "회원을 찾을 수 없습니다", "The member does not exist")
)
