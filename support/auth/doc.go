// Package auth checks access tokens and tells who calls.
//
// A token is checked in this order, and the first rule that it breaks is the
// answer: it is there, its shape, its key, its signature, its claims, its time,
// its revocation. So an expired token that is badly signed is an invalid one.
// Nothing is accepted because something else was down: without keys, or with
// no one to say whether a token was revoked, the answer is
// SERVICE_UNAVAILABLE.
//
// Signing is here too (Sign, EncodeKeys), because both ends must agree on
// every byte. Package authtest is a member service for the tests of others.
package auth
