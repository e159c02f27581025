package auth

import (
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// The response headers that tell a client what to do about its token. Each
// appears at most once, with the value "true".
const (
	HeaderRefreshNeeded   = "X-Token-Refresh-Needed"
	HeaderReloginRequired = "X-Relogin-Required"
)

const (
	headerAuthenticate = "WWW-Authenticate"
	yes                = "true"
	comeBackIn         = time.Second
)

func errMissing() *apierr.Error {
	return apierr.CodeBearerTokenMissing.New().WithHeader(headerAuthenticate, "Bearer")
}

func errInvalid(cause error) *apierr.Error {
	return apierr.CodeInvalidToken.Wrap(cause).WithHeader(HeaderReloginRequired, yes)
}

func errExpired() *apierr.Error {
	return apierr.CodeJWTExpired.New().WithHeader(HeaderRefreshNeeded, yes)
}

func errExpiredForGood() *apierr.Error {
	return apierr.CodeJWTExpired.New().WithHeader(HeaderReloginRequired, yes)
}

func errRevoked() *apierr.Error {
	return apierr.CodeTokenRevoked.New().WithHeader(HeaderReloginRequired, yes)
}

func errUnavailable(cause error) *apierr.Error {
	return apierr.CodeServiceUnavailable.Wrap(cause).WithRetryAfter(comeBackIn)
}
