package server

import (
	"io"
	"time"
)

// Options are common to all servers. The zero value is a throwaway server on a
// free port.
type Options struct {
	// Dir holds the data. Empty means a temporary folder that is removed when
	// the server is closed.
	Dir string
	// Port to listen on; 0 means a free one.
	Port int
	// Persistent servers write as in production: what they acknowledged outlives
	// them. Throwaway ones are faster. Both outlive a restart within one test.
	Persistent bool
	// Advertise is given a Kafka broker's address and returns the one that it tells
	// its clients, such as that of a proxy before it; it is asked at each start, and
	// must answer the same. nil tells its own. Other servers are not asked.
	Advertise func(addr string) string
	// Heap is the most memory of the MongoDB stand-in, in MiB; 0 means 256. Other
	// servers are not asked.
	Heap int
	// Log takes the server's own output; nil drops it, but for its last lines,
	// which a failed start quotes.
	Log io.Writer
	// ReadyWithin limits a start; 0 means one minute.
	ReadyWithin time.Duration
}

func (o Options) readyWithin() time.Duration {
	if o.ReadyWithin > 0 {
		return o.ReadyWithin
	}
	return time.Minute
}
