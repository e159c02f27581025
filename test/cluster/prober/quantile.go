package main

import (
	"slices"
	"time"
)

// quantile in microseconds.
func quantile(took []time.Duration, q float64) int64 {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[int(q*float64(len(sorted)-1))].Microseconds()
}
