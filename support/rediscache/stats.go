package rediscache

import "sync/atomic"

// Stats are counts since the client was opened.
type Stats struct {
	// Refused commands failed at the gate without reaching Redis.
	Refused uint64
	// Unguarded requests ran without a claim, because Redis did not answer.
	Unguarded uint64
	// AnswersLost are first answers that could not be kept.
	AnswersLost uint64
	// Undecodable cached values were taken as absent.
	Undecodable uint64
}

type counts struct {
	unguarded, answersLost, undecodable atomic.Uint64
}

// Stats returns the counts.
func (c *Client) Stats() Stats {
	return Stats{
		Refused:     c.gate.refusals(),
		Unguarded:   c.counts.unguarded.Load(),
		AnswersLost: c.counts.answersLost.Load(),
		Undecodable: c.counts.undecodable.Load(),
	}
}
