// Package letterstore keeps the records that could not be applied in MongoDB,
// among the dead letters of all listeners (spec 10), and gives them out again
// to be tried once more: with waits that double from a second to five minutes,
// and not at all after ten tries.
//
// The collection, its indexes and the shape of a letter are activity's; each
// group finds its own letters by name. A letter is named by the place that the
// record came from and a digest of it (offsets begin again in a topic that was
// made again), so that keeping it twice changes nothing.
package letterstore
