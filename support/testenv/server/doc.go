// Package server starts real servers as child processes: MariaDB, Redis, a
// Kafka broker and MongoDB (or a stand-in that speaks its protocol). Each is
// ready by its own protocol when Start returns, listens on 127.0.0.1 only, and
// can be stopped, killed, paused and started again on the same data and port.
package server
