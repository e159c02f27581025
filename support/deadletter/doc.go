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
// not known to be acknowledged counts as not sent. Records of one partition id
// leave a publisher in the order of their commits; a record that had to wait for
// the drain may be overtaken by later ones, which is why records carry versions.
//
// Nothing reads the table by a cursor: auto-increment order is not commit order.
package deadletter
