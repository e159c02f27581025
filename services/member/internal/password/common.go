package password

import (
	_ "embed"
	"strings"
)

// commonText holds one password a line, in lower case: those of the published
// lists of leaked passwords that satisfy the contract's rule, and the words and
// years that people bend until they do.
//
//go:embed common.txt
var commonText string

var common = func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "//") {
			set[word] = true
		}
	}
	return set
}()

// IsCommon says whether a password is among those that everybody guesses
// first, without case.
func IsCommon(password string) bool { return common[strings.ToLower(password)] }
