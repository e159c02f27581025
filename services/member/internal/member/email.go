package member

import (
	"strings"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const maxEmail = 100

// Email is an address in the two forms that matter.
type Email struct {
	// Given is the address as its owner wrote it, without surrounding space.
	Given string
	// Key is the form that is unique and that logins compare.
	Key string
}

// newEmail reads any text; whether it is an address is for checkEmail.
func newEmail(text string) Email {
	given := strings.TrimSpace(text)
	return Email{Given: given, Key: strings.ToLower(given)}
}

func checkEmail(broken *apierr.Violations, text string) {
	given := strings.TrimSpace(text)
	broken.Text("email", given, apierr.TextRule{Required: true, Max: maxEmail})
	if given == "" {
		return
	}
	local, domain, found := strings.Cut(given, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") || strings.ContainsFunc(given, isSpaceOrControl) {
		broken.Add("email", "올바른 이메일 주소가 아닙니다", "is not an e-mail address")
	}
}
