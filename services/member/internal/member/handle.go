package member

import (
	"regexp"
	"strings"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

var handleForm = regexp.MustCompile(`^[A-Za-z0-9_]{3,50}$`)

// reservedHandles are names that would be taken for the service itself, or for
// a page of it: the frontend's own routes and the words of our paths.
var reservedHandles = func() map[string]bool {
	names := strings.Fields(`
		admin administrator root superuser sysadmin system operator owner webmaster hostmaster postmaster
		moderator mod staff team official support help helpdesk security abuse contact info news press
		dailyfeed daily_feed
		login logout signin signout signup register join account accounts auth authentication oauth session sessions
		password settings setting preferences profile profiles me my self you user users member members
		feed feeds home index main explore discover search connections timeline activity activities
		post posts comment comments reply replies like likes follow follows follower followers following followings
		notification notifications message messages inbox chat
		image images picture pictures upload uploads media static assets public cdn
		api proxy internal healthcheck metrics docs openapi swagger graphql well_known
		about terms privacy policy legal faq blog jobs careers download app status
		everyone all anonymous guest nobody unknown deleted withdrawn null undefined none nil true false nan
		new edit delete create update handle handles summary query recommend newbie more
	`)
	reserved := make(map[string]bool, len(names))
	for _, name := range names {
		reserved[name] = true
	}
	return reserved
}()

// HandleReason says why a handle cannot be had. The zero value is that it can.
type HandleReason uint8

// The reasons.
const (
	HandleFree HandleReason = iota
	HandleTaken
	HandleReserved
	HandleInvalid
)

// judgeHandle says what is wrong with a handle by itself: HandleInvalid,
// HandleReserved, or HandleFree.
func judgeHandle(handle string) HandleReason {
	switch {
	case !handleForm.MatchString(handle):
		return HandleInvalid
	case reservedHandles[strings.ToLower(handle)]:
		return HandleReserved
	}
	return HandleFree
}

const (
	handleTakenKorean  = "이미 사용 중인 핸들입니다"
	handleTakenEnglish = "is taken"
)

func addHandleViolation(broken *apierr.Violations, field string, reason HandleReason) {
	switch reason {
	case HandleFree:
	case HandleTaken:
		broken.Add(field, handleTakenKorean, handleTakenEnglish)
	case HandleReserved:
		broken.Add(field, "사용할 수 없는 핸들입니다", "is reserved")
	case HandleInvalid:
		broken.Add(field, "영문, 숫자, 밑줄(_)로 3~50자여야 합니다", "must be 3 to 50 of A–Z a–z 0–9 _")
	}
}
