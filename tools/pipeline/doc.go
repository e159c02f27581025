// Package pipeline shows an operator what became of events, from the writers' tables
// over Kafka to the projections, and repairs what is derived. It reads the stores
// themselves, so that it works while services do not; what it may write is little,
// and listed in docs/adr/0024.
package pipeline
