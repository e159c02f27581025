// Package rediscache opens Redis for what may be lost: caches, the answers of
// requests that are idempotent by nature, and revocations that are kept
// elsewhere too.
//
// Nothing here waits long. Every command ends within Config.Timeout per
// attempt and with its context, and after a few failures in a row a gate fails
// commands at once, but for one that tries whether Redis is back. So a Redis
// that hangs costs its callers milliseconds and not a timeout each.
package rediscache
