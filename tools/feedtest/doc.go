// Package feedtest is a small dailyfeed in memory, for tests of the programs
// that talk to one: the endpoints that they use, with the contract's envelopes
// and refusals, and nothing of what makes the real one worth having.
package feedtest
