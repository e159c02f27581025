// Package memberdirectory tells how members sign: names, handle and picture by
// member id, for every service that shows authors.
//
// It reads member's summaries through the cache that all services share, from
// which member deletes an entry when the profile changes, and falls back to
// the last that is known when member does not answer. A name never fails a read
// or a write: what is not known is nil.
package memberdirectory

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

// How a member signs that has left (spec 04).
const (
	LeftName   = "탈퇴한 사용자"
	LeftHandle = "deleted"
	NoPicture  = "no-image"
)

const (
	keyPrefix = "member:api:memberProfileSummaries:item:"
	// fresh is how long a name serves without asking member again. It does not
	// bound how old a name may be (10 s, spec 02): member deletes the entry when
	// the profile changes, repeats that until Redis has taken it, and sends an
	// event that does so once more. Asking every author's name anew each 10 s would
	// put a call to member on most home pages.
	fresh = 10 * time.Minute
	// keep is how long the last known name serves while member is away.
	keep = 24 * time.Hour
	// askAtOnce is the most ids that member takes.
	askAtOnce = 1000
	// askWithin bounds the questions of one look-up: a name is not worth more of
	// a reader's time.
	askWithin = 800 * time.Millisecond
)

// Signature is how a member signs.
type Signature struct {
	// Name is the display name, else the member name; nil where it is not known.
	Name *string
	// MemberName is the member's own name; nil where it is not known.
	MemberName *string
	Handle     *string
	AvatarURL  *string
	// Left says that the member is known to have left.
	Left bool
}

// Source answers for member; *memberrest.Client does.
type Source interface {
	FindAuthorSummaries(ctx context.Context, body memberrest.FindSummariesRequest, options ...rest.Option) ([]memberrest.Summary, error)
}

// Observer hears how look-ups end, for metrics; its methods must not block.
type Observer interface {
	// LookedUp counts ids by where they were found.
	LookedUp(fresh, asked, stale, unknown int)
}

// Directory looks members up. It is safe for concurrent use.
type Directory struct {
	cache    *rediscache.Cached[int64, entry]
	source   Source
	observer Observer
	now      func() time.Time
}

// entry is what the cache holds of a member.
type entry struct {
	Name       string `json:"name"`
	MemberName string `json:"memberName"`
	Handle     string `json:"handle"`
	AvatarURL  string `json:"avatarUrl"`
	Left       bool   `json:"left,omitempty"`
}

// New is a directory over the fleet's cache in redis. observer may be nil.
func New(redis *rediscache.Client, source Source, observer Observer, now func() time.Time) *Directory {
	return &Directory{cache: newCache(redis, now), source: source, observer: observer, now: now}
}

func newCache(redis *rediscache.Client, now func() time.Time) *rediscache.Cached[int64, entry] {
	return rediscache.NewCached[int64, entry](redis, rediscache.CacheConfig{Prefix: keyPrefix, Fresh: fresh, Keep: keep, Now: now})
}

// Invalidator deletes entries, for member alone.
type Invalidator struct {
	cache *rediscache.Cached[int64, entry]
}

// NewInvalidator is member's hand on the cache.
func NewInvalidator(redis *rediscache.Client, now func() time.Time) *Invalidator {
	return &Invalidator{cache: newCache(redis, now)}
}

// Changed forgets how members sign: the next look-up asks member.
func (i *Invalidator) Changed(ctx context.Context, ids ...int64) error {
	return i.cache.Delete(ctx, ids...)
}

// Find returns the signature of each id; ids may repeat. It does not fail: of
// whom nothing is known the fields are nil.
func (d *Directory) Find(ctx context.Context, ids ...int64) map[int64]Signature {
	wanted := distinct(ids)
	found := make(map[int64]Signature, len(wanted))
	if len(wanted) == 0 {
		return found
	}
	cached, err := d.cache.GetMany(ctx, wanted)
	if err != nil {
		slog.WarnContext(ctx, "member cache not read", "error", err)
	}
	var missing []int64
	for _, id := range wanted {
		if hit, ok := cached[id]; ok && hit.Fresh {
			found[id] = toSignature(hit.Value)
			continue
		}
		missing = append(missing, id)
	}
	freshHits := len(found)
	asked := d.ask(ctx, missing)
	stale := 0
	for _, id := range missing {
		if value, ok := asked[id]; ok {
			found[id] = toSignature(value)
		} else if last, ok := cached[id]; ok {
			found[id] = toSignature(last.Value)
			stale++
		} else {
			found[id] = Signature{}
		}
	}
	if d.observer != nil {
		d.observer.LookedUp(freshHits, len(asked), stale, len(missing)-len(asked)-stale)
	}
	return found
}

// ask asks member and keeps what it says. Ids that member leaves out have left.
func (d *Directory) ask(ctx context.Context, ids []int64) map[int64]entry {
	answers := make(map[int64]entry, len(ids))
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for len(ids) > 0 {
		batch := ids[:min(len(ids), askAtOnce)]
		ids = ids[len(batch):]
		at := d.now()
		summaries, err := d.source.FindAuthorSummaries(asking, memberrest.FindSummariesRequest{IDs: batch}, rest.Reads())
		if err != nil {
			slog.WarnContext(ctx, "member not asked for names", "members", len(batch), "error", err)
			return answers
		}
		told := fromSummaries(batch, summaries)
		maps.Copy(answers, told)
		if err := d.cache.SetMany(ctx, told, at); err != nil {
			slog.WarnContext(ctx, "member cache not written", "error", err)
		}
	}
	return answers
}

func fromSummaries(asked []int64, summaries []memberrest.Summary) map[int64]entry {
	told := make(map[int64]entry, len(asked))
	for _, id := range asked {
		told[id] = entry{Name: LeftName, MemberName: LeftName, Handle: LeftHandle, AvatarURL: NoPicture, Left: true}
	}
	for _, s := range summaries {
		told[s.MemberID] = fromSummary(s)
	}
	return told
}

func distinct(ids []int64) []int64 {
	seen := make(map[int64]bool, len(ids))
	unique := make([]int64, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			unique = append(unique, id)
		}
	}
	return unique
}

func toSignature(e entry) Signature {
	return Signature{Name: &e.Name, MemberName: &e.MemberName, Handle: &e.Handle, AvatarURL: &e.AvatarURL, Left: e.Left}
}

func fromSummary(s memberrest.Summary) entry {
	name := s.MemberName
	if s.DisplayName != nil && *s.DisplayName != "" {
		name = *s.DisplayName
	}
	return entry{Name: name, MemberName: s.MemberName, Handle: s.Handle, AvatarURL: s.AvatarURL}
}
