package auth

import (
	"errors"
	"net/http"
	"strings"
)

var errTwoHeaders = errors.New("auth: more than one Authorization header")

// bearerOf takes the token out of a request. A doubled prefix is accepted: a
// known client sends one (spec 03).
func bearerOf(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", errMissing()
	}
	if len(values) > 1 {
		return "", errInvalid(errTwoHeaders)
	}
	token, isBearer := cutBearer(values[0])
	if again, doubled := cutBearer(token); doubled {
		token = again
	}
	if !isBearer || token == "" {
		return "", errMissing()
	}
	return token, nil
}

// cutBearer removes the scheme, in any case (RFC 9110, 11.1), and the spaces around it.
func cutBearer(value string) (rest string, ok bool) {
	const scheme = "Bearer"
	value = strings.Trim(value, " ")
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return value, false
	}
	rest = value[len(scheme):]
	if rest != "" && rest[0] != ' ' {
		return value, false
	}
	return strings.TrimLeft(rest, " "), true
}
