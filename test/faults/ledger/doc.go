// Package ledger writes down every request that the fleet acknowledged, and compares
// what the stores, the topics and the projections hold with it. It does no I/O but its
// own file: who collects the Evidence is another package's business.
package ledger
