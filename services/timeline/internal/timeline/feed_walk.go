package timeline

import (
	"context"
	"slices"
	"time"
)

// feedSlack is how many entries are read beyond a page, for those that share
// the second of its ends.
const feedSlack = 8

// feedWalk takes the posts of a slice from a feed whose entries are ordered to
// the second only: it looks at whole seconds, and lets the rows of the posts
// decide the order within each, and which posts still live.
type feedWalk struct {
	read  func(ctx context.Context, part FeedRange) (FeedRun, error)
	find  func(ctx context.Context, ids []PostID) ([]Post, error)
	slice Slice
	// posts are the live ones of the slice, dead those that were met.
	posts []Post
	dead  []FeedEntry
}

// firstRange is where a slice begins in a feed.
func (s Slice) firstRange() FeedRange {
	if s.After != nil {
		return FeedRange{Until: s.After.At, Count: s.Limit + feedSlack}
	}
	start := max(0, s.Skip-feedSlack)
	return FeedRange{Start: start, Count: s.Skip - start + s.Limit + feedSlack}
}

// run collects the slice, beginning with run, which is what the feed has in
// part. It returns false where the feed ends before the slice is full although
// older posts may exist.
func (w *feedWalk) run(ctx context.Context, run FeedRun, part FeedRange) (whole bool, err error) {
	skip := w.slice.Skip
	for {
		closed, lead := closeRun(run, part)
		head := w.headLength(closed)
		need := skip - lead + w.slice.Limit - len(w.posts)
		switch {
		case lead > skip, !run.Bottom && len(closed)-head < need:
			part = part.wider()
		default:
			taken := wholeSeconds(closed, head+need)
			if err := w.take(ctx, taken, skip-lead); err != nil {
				return false, err
			}
			if len(w.posts) >= w.slice.Limit {
				w.posts = w.posts[:w.slice.Limit]
				return true, nil
			}
			if run.Bottom && len(taken) == len(closed) {
				return run.Whole, nil
			}
			skip = 0
			part = FeedRange{Until: secondOf(taken[len(taken)-1]).Add(-time.Second), Count: w.slice.Limit - len(w.posts) + feedSlack}
		}
		if run, err = w.read(ctx, part); err != nil {
			return false, err
		}
	}
}

// take adds the live posts of entries, which are whole seconds, without the
// first skip of them.
func (w *feedWalk) take(ctx context.Context, entries []FeedEntry, skip int) error {
	if len(entries) == 0 {
		return nil
	}
	ids := make([]PostID, len(entries))
	for i, entry := range entries {
		ids[i] = entry.PostID
	}
	found, err := w.find(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range inOrder(entries, found)[min(skip, len(entries)):] {
		if c.post == nil || (w.slice.After != nil && c.key.Compare(*w.slice.After) >= 0) {
			continue
		}
		if c.post.Deleted {
			w.dead = append(w.dead, FeedEntry{PostID: c.post.ID, CreatedAt: c.post.CreatedAt})
			continue
		}
		w.posts = append(w.posts, *c.post)
	}
	return nil
}

// candidate is an entry with its row, which is nil where there is none (yet: a
// replica may be behind).
type candidate struct {
	key  Key
	post *Post
}

// inOrder puts entries in their exact order, newest first.
func inOrder(entries []FeedEntry, found []Post) []candidate {
	rows := make(map[PostID]*Post, len(found))
	for i := range found {
		rows[found[i].ID] = &found[i]
	}
	ordered := make([]candidate, len(entries))
	for i, entry := range entries {
		c := candidate{key: Key{At: entry.CreatedAt, ID: int64(entry.PostID)}, post: rows[entry.PostID]}
		if c.post != nil {
			c.key = c.post.newestKey()
		}
		ordered[i] = c
	}
	slices.SortFunc(ordered, func(a, b candidate) int { return b.key.Compare(a.key) })
	return ordered
}

// closeRun cuts run down to seconds of which all posts are in it. lead is how
// many entries of the feed lie before what is left.
func closeRun(run FeedRun, part FeedRange) (closed []FeedEntry, lead int) {
	closed, lead = run.Entries, part.Start
	if part.Start > 0 && len(closed) > 0 {
		cut := sameSecond(closed, 0)
		closed, lead = closed[cut:], lead+cut
	}
	if !run.Whole && len(closed) > 0 { // the rest of its last second may be below, or cut off
		last := secondOf(closed[len(closed)-1])
		closed = closed[:slices.IndexFunc(closed, func(e FeedEntry) bool { return secondOf(e).Equal(last) })]
	}
	return closed, lead
}

// headLength is how many entries share the second in which the slice begins:
// any number of them may lie before it.
func (w *feedWalk) headLength(entries []FeedEntry) int {
	if w.slice.After == nil || len(entries) == 0 || !secondOf(entries[0]).Equal(w.slice.After.At.Truncate(time.Second)) {
		return 0
	}
	return sameSecond(entries, 0)
}

// wholeSeconds is the shortest run from the front of entries that holds at least
// want of them, or all, and no part of a second.
func wholeSeconds(entries []FeedEntry, want int) []FeedEntry {
	if want >= len(entries) {
		return entries
	}
	end := 0
	for end < want {
		end = sameSecond(entries, end)
	}
	return entries[:end]
}

// sameSecond is where the second of entries[from] ends.
func sameSecond(entries []FeedEntry, from int) int {
	second := secondOf(entries[from])
	for from < len(entries) && secondOf(entries[from]).Equal(second) {
		from++
	}
	return from
}

func secondOf(e FeedEntry) time.Time { return e.CreatedAt.Truncate(time.Second) }

// wider has more room at both ends.
func (r FeedRange) wider() FeedRange {
	before := min(r.Start, r.Count)
	return FeedRange{Start: r.Start - before, Until: r.Until, Count: before + 2*r.Count}
}
