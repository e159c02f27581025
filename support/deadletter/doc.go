// Package deadletter keeps records in the writer's own table until Kafka has
// them.
//
//	use case ─▶ Publisher.Append ─▶ row, in the transaction of the change, with a lease
//	                │ after the commit
//	                ▼
//	            Publisher.Run ─▶ Kafka ─▶ ack ─▶ the row is deleted
//	                │ full, failing, dead
//	                ▼
//	            the row stays; when its lease has passed it is a dead letter
//	                │
//	                ▼
//	            Drain (any process) claims it, sends it, deletes it
//
// What is promised: a row whose transaction committed is sent at least once,
// whatever dies; a row whose transaction did not commit is never sent. What is
// not known to be acknowledged counts as not sent.
//
// Order: letters of one order key (one post, one comment, one member's like of one
// thing) reach Kafka in the order of their commits, whichever processes append and
// send them and whichever of them die: nobody sends a letter while an older one of
// its order key is in the table. Exceptions: a second copy of a letter may come after
// later ones, where its first copy's ack was lost or a stopped process wakes up late;
// and a letter that the broker refuses for itself holds nothing back. Letters of
// different order keys leave the oldest first, and may overtake each other.
//
// Nothing reads the table by a cursor: auto-increment order is not commit order.
package deadletter
