// Package httpserver is the HTTP edge of a service: one gin engine with the
// conventions that every endpoint shares. It knows envelopes, error statuses,
// request ids, strict JSON, idempotent writes, limits, CORS, health and
// shutdown, and nothing of what a service does.
//
// A handler returns what it found or why it failed:
//
//	func (h *posts) find(c *gin.Context) (httpserver.Reply, error)
//
// and is mounted with Read, Write or Action, which differ in what they do
// around it:
//
//	Read    GET and HEAD
//	Write   POST, PUT, PATCH, DELETE: once per idempotency key, in the answer
//	        book's transaction, under the write limits
//	Action  other POSTs: those that only read, and those with a rule of their own
package httpserver
