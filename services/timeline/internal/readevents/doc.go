// Package readevents tells Kafka what was read, best effort: a read waits in a
// bounded queue, is sent once, and is dropped and counted where the queue is full
// or the broker does not take it. Reads never wait for it.
package readevents
