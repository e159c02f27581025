package member

import (
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// NoImage is what clients are told, and tell us, where there is no picture.
const NoImage = "no-image"

const maxAvatarURL = 1000

func isSpaceOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// checkWebsite takes http and https URLs with a host.
func checkWebsite(broken *apierr.Violations, text string, longest int) {
	broken.Text("websiteUrl", text, apierr.TextRule{Max: longest})
	if !isWebURL(text) {
		broken.Add("websiteUrl", "http 또는 https 주소여야 합니다", "must be an http or https URL")
	}
}

// checkAvatar takes web URLs and paths on our own origin.
func checkAvatar(broken *apierr.Violations, field, text string) {
	broken.Text(field, text, apierr.TextRule{Max: maxAvatarURL})
	if !isWebURL(text) && !isOwnPath(text) {
		broken.Add(field, "http(s) 주소 또는 /로 시작하는 경로여야 합니다", "must be an http or https URL or a path on this site")
	}
}

func isWebURL(text string) bool {
	if strings.ContainsFunc(text, isSpaceOrControl) || strings.Contains(text, `\`) {
		return false
	}
	parsed, err := url.Parse(text)
	if err != nil {
		return false
	}
	return (parsed.Scheme == "http" || parsed.Scheme == "https") && parsed.Hostname() != "" && parsed.User == nil
}

// isOwnPath holds for an absolute path. Browsers take "//host" and "/\host" for
// another origin, and drop tabs and line breaks before they look.
func isOwnPath(text string) bool {
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") ||
		strings.Contains(text, `\`) || strings.ContainsFunc(text, isSpaceOrControl) {
		return false
	}
	_, err := url.Parse(text)
	return err == nil
}

func checkTimezone(broken *apierr.Violations, text string) {
	const longest = 64 // of the names in the IANA database, with room
	if text == "Local" || len(text) > longest {
		broken.Add("timezone", "올바른 시간대 이름이 아닙니다", "is not the name of a time zone")
		return
	}
	if _, err := time.LoadLocation(text); err != nil {
		broken.Add("timezone", "올바른 시간대 이름이 아닙니다", "is not the name of a time zone")
	}
}

func checkBirthDate(broken *apierr.Violations, text string, today Date) Date {
	date, ok := parseDate(text)
	if !ok || !date.before(today) {
		broken.Add("birthDate", "yyyy-MM-dd 형식의 지난 날짜여야 합니다", "must be a past date as yyyy-MM-dd")
	}
	return date
}

func checkLanguage(broken *apierr.Violations, text string) {
	const shortest, longest = 2, 10
	broken.Text("languageCode", text, apierr.TextRule{Required: true, Min: shortest, Max: longest})
}
