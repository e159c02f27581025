package ledger

import (
	"fmt"
	"slices"
	"strings"
)

// Thing names what a version counts, as events do.
func postThing(id int64) string    { return fmt.Sprintf("post:%d", id) }
func commentThing(id int64) string { return fmt.Sprintf("comment:%d", id) }
func pairThing(kind string, p Pair) string {
	if kind == "follow" {
		return fmt.Sprintf("follow:%d:%d", p.Member, p.Of)
	}
	return fmt.Sprintf("%s:%d:%d", kind, p.Of, p.Member)
}

// versions is how often each thing has changed.
func (l *Ledger) versions() map[string]int64 {
	all := map[string]int64{}
	for id, p := range l.posts {
		all[postThing(id)] = p.version
	}
	for id := range l.comments {
		all[commentThing(id)] = l.commentVersion(id)
	}
	for kind, toggles := range map[string]map[Pair]*toggle{"like:post": l.postLikes, "like:comment": l.commentLikes, "follow": l.follows} {
		for pair, t := range toggles {
			all[pairThing(kind, pair)] = t.version
		}
	}
	return all
}

// history is what the topics say of one thing: the event of each version.
type history map[int64]string

// checkEvents: each change is one event, no event is without a change, and the first
// copies of a thing's events are in the order of its versions.
func (c *check) checkEvents() {
	want := c.versions()
	seen := map[string]history{}
	newest := map[string]int64{}
	known := map[string]bool{}
	for _, r := range inPlace(c.seen.Records) {
		if known[r.EventID] {
			c.verdict.Copies++
			continue
		}
		known[r.EventID] = true
		if r.Thing == "" || strings.HasPrefix(r.Thing, "member:") {
			continue // logins and reads: there is nothing to compare them with
		}
		if r.Version > want[r.Thing] {
			c.add(Phantom, "events", "%s of %s, version %d, event %s at %s/%d@%d: the ledger knows %d changes",
				r.Type, r.Thing, r.Version, r.EventID, r.Topic, r.Partition, r.Offset, want[r.Thing])
			continue
		}
		if seen[r.Thing] == nil {
			seen[r.Thing] = history{}
		}
		if other := seen[r.Thing][r.Version]; other != "" {
			c.add(Twice, "events", "version %d of %s is event %s and event %s", r.Version, r.Thing, other, r.EventID)
		}
		seen[r.Thing][r.Version] = r.EventID
		if r.Version < newest[r.Thing] {
			c.add(Disorder, "events", "version %d of %s comes after version %d, at %s/%d@%d",
				r.Version, r.Thing, newest[r.Thing], r.Topic, r.Partition, r.Offset)
		}
		newest[r.Thing] = max(newest[r.Thing], r.Version)
	}
	for thing, versions := range want {
		c.verdict.Changes += int(versions)
		for v := int64(1); v <= versions; v++ {
			if seen[thing][v] == "" {
				c.add(Lost, "events", "version %d of %s is in no topic", v, thing)
			}
		}
	}
}

// inPlace sorts records by day, then by place. Everything about one post is in the
// partition of one number, so that partitions need no order between them.
func inPlace(records []Record) []Record {
	records = slices.Clone(records)
	slices.SortFunc(records, func(a, b Record) int {
		if a.Topic != b.Topic {
			return strings.Compare(a.Topic, b.Topic)
		}
		if a.Partition != b.Partition {
			return a.Partition - b.Partition
		}
		return a.Arrival - b.Arrival
	})
	return records
}
