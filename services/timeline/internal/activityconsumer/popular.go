package activityconsumer

import (
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

const (
	// popularFor is how long an author is taken to have too many followers to be
	// pushed without counting them anew. Offering is right for any author; it is
	// only dearer for those with few followers.
	popularFor = time.Minute
	// mostPopular bounds the memory: of more authors those of now are forgotten.
	mostPopular = 10_000
)

// popularAuthors remembers authors with too many followers: to find that out
// costs a list of as many as are pushed to, which is then thrown away.
type popularAuthors struct {
	mu    sync.Mutex
	until map[timeline.MemberID]time.Time
}

func (p *popularAuthors) knows(author timeline.MemberID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.until[author])
}

func (p *popularAuthors) add(author timeline.MemberID, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil || len(p.until) >= mostPopular {
		p.until = map[timeline.MemberID]time.Time{}
	}
	p.until[author] = now.Add(popularFor)
}
