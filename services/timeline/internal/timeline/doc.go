// Package timeline is the domain of reading: posts and comments as one member
// sees them, the orders that they are listed in, and the home feed. It knows
// nothing of HTTP, SQL, Redis or Kafka, and changes nothing that a member
// wrote.
//
// Every list has a total order: rows stand by their Key, whose ties are broken
// by id, so that a page never skips or repeats a row.
package timeline
