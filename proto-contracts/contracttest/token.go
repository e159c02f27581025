package contracttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// The headers that tell a client what to do about its session.
var tokenHeaders = []string{"WWW-Authenticate", "X-Relogin-Required", "X-Token-Refresh-Needed"}

// tokenAnswers are the headers that come with each code of a 401: exactly one
// of the sets. This is what a schema cannot say.
var tokenAnswers = map[string][]string{
	"BEARER_TOKEN_MISSING": {"WWW-Authenticate"},
	"INVALID_TOKEN":        {"X-Relogin-Required"},
	"JWT_EXPIRED":          {"X-Token-Refresh-Needed", "X-Relogin-Required"},
	"TOKEN_REVOKED":        {"X-Relogin-Required"},
}

func checkTokenHeaders(e Exchange) []error {
	if e.Status != http.StatusUnauthorized || e.Request.Method == http.MethodHead {
		return nil
	}
	var failure struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(e.Body, &failure); err != nil {
		return nil // reported with the body
	}
	wanted, known := tokenAnswers[failure.Code]
	if !known {
		return nil // reported with the body
	}
	var got []string
	for _, name := range tokenHeaders {
		// A bearer challenge may come with any 401.
		if e.Header.Get(name) != "" && (name != "WWW-Authenticate" || slices.Contains(wanted, name)) {
			got = append(got, name)
		}
	}
	if len(got) != 1 || !slices.Contains(wanted, got[0]) {
		return []error{fmt.Errorf("%s comes with %s, got [%s]", failure.Code, strings.Join(wanted, " or "), strings.Join(got, " "))}
	}
	return nil
}
