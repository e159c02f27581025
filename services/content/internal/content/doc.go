// Package content is the domain of writing: posts, comments, likes, and the
// rules about who may change what. It knows nothing of HTTP, SQL or Kafka.
//
// Every change runs in one transaction with the facts that it states (see
// FactLog), so that no change is without its fact and no fact without its change.
// Rows are locked in one order, post before comments before counters, and
// comments by ascending id, so that concurrent changes queue instead of
// deadlocking.
package content
