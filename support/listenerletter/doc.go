// Package listenerletter keeps the records that a consumer group cannot apply in
// MongoDB, whole, and gives them out again to be tried once more.
//
// A consumer keeps such a record before its offset moves, so that it is in Kafka's
// log or here, and never nowhere. A letter is named by the group, the place that
// the record came from, and a digest of it (offsets begin again in a topic that
// was deleted and made again): keeping it twice changes nothing.
//
// A try that refuses the letter has it wait, a second at first and twice as long
// each time up to five minutes; after ten tries it is parked, and a person has to
// look. A try that fails for another reason, such as a store that is away, is no
// try: it ends the drain, and the letter is due again when its lease has passed.
//
// All groups share one collection. Which index and which fields it has is told to
// nobody else.
package listenerletter
