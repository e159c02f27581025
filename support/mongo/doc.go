// Package mongo reaches MongoDB: a pool with short patience, indexes as data,
// and errors told apart by what to do about them.
//
// It asks for nothing that only a replica set has: no sessions, transactions,
// change streams or retried writes. So it works with MongoDB 7 and 8, alone or
// replicated, and with stand-ins that speak the protocol since 5.0. Writes are
// acknowledged by a majority, and reads ask the primary: who has written reads
// what it wrote.
package mongo
