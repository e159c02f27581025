// Package evidence finds out what the stores, the topics and the projections of a
// running fleet hold, for the comparison with a ledger. It goes to the servers
// directly, past every proxy, and waits until all is quiet first.
package evidence
