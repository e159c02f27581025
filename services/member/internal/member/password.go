package member

import (
	"strings"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	minPassword     = 8
	maxPassword     = 50
	passwordSymbols = "@$!%*?&#"
)

// checkPassword checks a password that a member chooses (spec 04). field is
// the JSON name that the violations go under; email may be empty.
func (r PasswordRules) check(broken *apierr.Violations, field, password string, email Email) {
	if password == "" {
		broken.Add(field, "비어 있을 수 없습니다", "must not be blank")
		return
	}
	broken.Text(field, password, apierr.TextRule{Min: minPassword, Max: maxPassword})
	if kinds, foreign := kindsOf(password); kinds != allKinds || foreign {
		broken.Add(field, "영문 대문자와 소문자, 숫자, 특수문자(@$!%*?&#)를 모두 포함하고 다른 문자는 쓸 수 없습니다",
			"must hold a lower-case and an upper-case letter, a digit and one of @$!%*?&#, and nothing else")
	}
	if email.Key != "" && strings.EqualFold(password, email.Key) {
		broken.Add(field, "이메일과 같은 비밀번호는 쓸 수 없습니다", "must not be the e-mail address")
	}
	if r.IsCommon != nil && r.IsCommon(password) {
		broken.Add(field, "너무 흔한 비밀번호입니다", "is too common")
	}
}

// PasswordRules are the rules that need more than the password itself.
type PasswordRules struct {
	// IsCommon says whether a password is among those that everybody guesses
	// first. It compares without case.
	IsCommon func(password string) bool
}

type kinds uint8

const (
	lower kinds = 1 << iota
	upper
	digit
	symbol
	allKinds = lower | upper | digit | symbol
)

// kindsOf says which kinds of character a password holds, and whether it holds
// any that is of none of them.
func kindsOf(password string) (found kinds, foreign bool) {
	for _, r := range password {
		switch {
		case r >= 'a' && r <= 'z':
			found |= lower
		case r >= 'A' && r <= 'Z':
			found |= upper
		case r >= '0' && r <= '9':
			found |= digit
		case strings.ContainsRune(passwordSymbols, r):
			found |= symbol
		default:
			foreign = true
		}
	}
	return found, foreign
}
