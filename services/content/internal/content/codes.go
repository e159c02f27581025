package content

import "github.com/dailyfeed/dailyfeed/support/apierr"

// The codes of spec 05.
var (
	CodePostNotFound        = apierr.Define("POST_NOT_FOUND", apierr.NotFound, "게시글을 찾을 수 없습니다", "The post does not exist")
	CodePostUpdateForbidden = apierr.Define("POST_UPDATE_FORBIDDEN", apierr.Forbidden, "본인의 게시글만 수정할 수 있습니다", "Only its author may change a post")
	CodePostDeleteForbidden = apierr.Define("POST_DELETE_FORBIDDEN", apierr.Forbidden, "본인의 게시글만 삭제할 수 있습니다", "Only its author may delete a post")
	CodePostLiked           = apierr.Define("POST_LIKE_ALREADY_EXISTS", apierr.Invalid, "이미 좋아요를 누른 게시글입니다", "You already like this post")
	CodePostNotLiked        = apierr.Define("POST_LIKE_CANCEL_ALREADY_COMMITTED", apierr.Invalid, "취소할 좋아요가 없습니다", "There is no like to cancel")

	CodeCommentNotFound       = apierr.Define("COMMENT_NOT_FOUND", apierr.NotFound, "댓글을 찾을 수 없습니다", "The comment does not exist")
	CodeParentCommentNotFound = apierr.Define("PARENT_COMMENT_NOT_FOUND", apierr.NotFound, "답글을 달 댓글을 찾을 수 없습니다", "The comment to answer does not exist")
	CodeParentOnOtherPost     = apierr.Define("PARENT_COMMENT_POST_ID_NOT_EQUALS", apierr.Invalid, "다른 게시글의 댓글에는 답글을 달 수 없습니다", "The comment to answer is on another post")
	CodeCommentTooDeep        = apierr.Define("COMMENT_DEPTH_LIMIT_EXCEEDS", apierr.Invalid, "더 이상 답글을 달 수 없습니다", "This reply cannot be answered")
	CodeCommentNotModifiable  = apierr.Define("COMMENT_MODIFICATION_PERMISSION_DENIED", apierr.Forbidden, "본인의 댓글만 수정할 수 있습니다", "Only its author may change a comment")
	CodeCommentNotDeletable   = apierr.Define("COMMENT_DELETION_PERMISSION_DENIED", apierr.Forbidden, "본인의 댓글만 삭제할 수 있습니다", "Only its author may delete a comment")
	CodeCommentLiked          = apierr.Define("COMMENT_LIKE_ALREADY_EXISTS", apierr.Invalid, "이미 좋아요를 누른 댓글입니다", "You already like this comment")
	CodeCommentNotLiked       = apierr.Define("COMMENT_LIKE_CANCEL_ALREADY_COMMITTED", apierr.Invalid, "취소할 좋아요가 없습니다", "There is no like to cancel")
)
