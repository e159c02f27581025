package rest

import "net/http"

// Exchange is a request on its way and who wants to see the answer.
type Exchange struct {
	Request   *http.Request
	observers []func(*http.Response)
}

// Option changes a request, or looks at its answer.
type Option func(*Exchange)

// Header sets a header of the request.
func Header(name, value string) Option {
	return func(e *Exchange) { e.Request.Header.Set(name, value) }
}

// Bearer sends an access token.
func Bearer(token string) Option { return Header("Authorization", "Bearer "+token) }

// IdempotencyKey names the request, so that a repeat does nothing twice.
func IdempotencyKey(key string) Option { return Header("Idempotency-Key", key) }

// Reads says that a request changes nothing although it is a POST, so that
// whoever sends it may repeat it. It is net/http's mark of such requests, an
// Idempotency-Key that is there and empty, which is not sent.
func Reads() Option {
	return func(e *Exchange) { e.Request.Header["Idempotency-Key"] = nil }
}

// InternalToken sends the fleet's own credential.
func InternalToken(token string) Option { return Header("X-Internal-Token", token) }

// Cookie sends a cookie.
func Cookie(cookie *http.Cookie) Option {
	return func(e *Exchange) { e.Request.AddCookie(cookie) }
}

// OnAnswer shows the answer to see: its status, header and cookies. The body
// has been read. It is not called where no answer came.
func OnAnswer(see func(*http.Response)) Option { //nolint:bodyclose // the caller of the observers closes it
	return func(e *Exchange) { e.observers = append(e.observers, see) }
}
