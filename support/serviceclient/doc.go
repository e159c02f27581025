// Package serviceclient is how a service calls another: an http.RoundTripper
// that puts a limiter, a breaker and retries around each call, and passes on
// who asks.
//
//	limiter → breaker → retry → call
//
// A call is everything that the caller waits for, with its retries: the
// limiter and the breaker count calls, the retry budget counts attempts. Every
// call ends: by its context, or after Profile.CallTimeout. Bodies are read to
// their end here, up to Profile.MaxBody, so that a connection that breaks in
// the middle of an answer is seen (and tried again) like any other, and no
// caller can leak one.
package serviceclient
