// Package publisher turns the domain's facts into events and keeps them, in the
// transaction of the change, until Kafka has them.
package publisher
