// Package member is the domain of members: accounts, logins and their sessions,
// profiles, follows, and the rules about who sees and may change what. It knows
// nothing of HTTP, SQL, Redis or Kafka.
//
// Every change runs in one transaction with the facts that it states (see
// FactLog), so that no change is without its fact and no fact without its
// change. Rows are locked in one order, so that concurrent changes queue
// instead of deadlocking:
//
//	member → profiles by ascending member id → sessions by ascending id →
//	refresh tokens
//
// Follows are not locked: their unique index decides, and the counters of both
// profiles change last. A session is ended in Redis after its row is locked and
// before the commit: whoever asks the database meanwhile waits for that row
// (see SessionService.Introspect), so the two never disagree for longer than
// the commit takes.
package member
