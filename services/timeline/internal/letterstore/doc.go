// Package letterstore keeps the records that could not be applied in MongoDB,
// among the dead letters of all listeners (spec 10), and gives them out again
// to be tried once more: with waits that double from a second to five minutes,
// and not at all after ten tries.
//
// The collection and its indexes are activity's; a letter is found by its
// group, and its id is the place that the record came from, so that keeping it
// twice changes nothing.
package letterstore
