package mysql

import "time"

// SetStallClock replaces the clock that a stuck pool is told by.
func (p *Pool) SetStallClock(now func() time.Time) { p.stall.now = now }
