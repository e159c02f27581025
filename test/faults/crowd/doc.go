// Package crowd is many members who use the fleet at once, by a plan that a seed
// decides, and who write down in a ledger what was acknowledged. They behave as a good
// client does: each write has an idempotency key, and is repeated under that key, at
// any replica, until it is answered.
package crowd
