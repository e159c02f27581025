// Package signing is the life of the keys that access tokens are signed with.
//
//	created ──lead──▶ signs (primary) ──next key signs──▶ verifies only (active)
//	   │ published at once                                  │ no token of it can
//	   ▼                                                    ▼ be valid any more
//	  JWKS                                               inactive: not published
//
// A key is published for the life of a cached JWKS, and a little more, before
// it first signs, so that every verifier has it by then; until that moment the
// key before it goes on signing. If nobody rotates, nothing expires.
//
// Private keys are stored sealed: AES-256-GCM under the key-encryption key,
// bound to their id.
package signing
