package ledger

import "fmt"

// check is one comparison.
type check struct {
	*Ledger
	seen    Evidence
	verdict Verdict
}

// Check compares what was found with the ledger, in full.
func (l *Ledger) Check(seen Evidence) Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &check{Ledger: l, seen: seen, verdict: Verdict{
		Acknowledged: l.entries, Retried: l.retried, Unanswered: len(l.unanswered), Records: len(seen.Records),
		Activities: len(seen.Activities), Documents: len(seen.SearchPosts) + len(seen.SearchComments), Feeds: len(seen.Feeds),
	}}
	c.verdict.Violations = append(c.verdict.Violations, l.faults...)
	for _, e := range l.unanswered {
		c.add(Wrong, "answers", "nobody answered %s %s of member %d", e.Verb, e.Key, e.Member)
	}
	for _, letter := range seen.Letters {
		c.add(Lost, "letters", "left behind: %s", letter)
	}
	for _, what := range seen.Unquiet {
		c.add(Lost, "quiet", "did not come to rest: %s", what)
	}
	c.checkPosts()
	c.checkComments()
	c.checkToggles("likes of posts", l.postLikes, seen.PostLikes)
	c.checkToggles("likes of comments", l.commentLikes, seen.CommentLikes)
	c.checkToggles("follows", l.follows, seen.Follows)
	c.checkCounters()
	c.checkEvents()
	c.checkActivities()
	c.checkSearch()
	c.checkFeeds()
	sorted(c.verdict.Violations)
	return c.verdict
}

func (c *check) add(kind Kind, where, format string, args ...any) {
	c.verdict.Violations = append(c.verdict.Violations, Violation{kind, where, fmt.Sprintf(format, args...)})
}

func (c *check) checkPosts() {
	for id, want := range c.posts {
		got, there := c.seen.Posts[id]
		switch {
		case !there:
			c.add(Lost, "posts", "post %d of member %d is not there", id, want.author)
		case got.Author != want.author || got.Deleted != want.deleted || !want.deleted && got.Text != want.text:
			c.add(Wrong, "posts", "post %d is %+v, the ledger says %+v", id, got, *want)
		case got.Version != want.version:
			c.add(kindOf(got.Version, want.version), "posts", "post %d has version %d, the ledger says %d", id, got.Version, want.version)
		}
	}
	for id, got := range c.seen.Posts {
		if c.posts[id] == nil {
			c.add(Twice, "posts", "nobody was told of post %d by member %d: %q", id, got.Author, got.Text)
		}
	}
}

// kindOf tells a number that is too high from one that is too low.
func kindOf(got, want int64) Kind {
	if got > want {
		return Twice
	}
	return Lost
}

func (c *check) checkComments() {
	for id, want := range c.comments {
		got, there := c.seen.Comments[id]
		gone := c.gone(id)
		switch {
		case !there:
			c.add(Lost, "comments", "comment %d of member %d is not there", id, want.author)
		case got.Author != want.author || got.Post != want.post || got.Parent != want.parent || got.Deleted != gone || !gone && got.Text != want.text:
			c.add(Wrong, "comments", "comment %d is %+v, the ledger says %+v", id, got, *want)
		case got.Version != c.commentVersion(id):
			c.add(kindOf(got.Version, c.commentVersion(id)), "comments", "comment %d has version %d, the ledger says %d", id, got.Version, c.commentVersion(id))
		}
	}
	for id, got := range c.seen.Comments {
		if c.comments[id] == nil {
			c.add(Twice, "comments", "nobody was told of comment %d by member %d: %q", id, got.Author, got.Text)
		}
	}
}

// commentVersion counts the end of a comment, whoever brought it about.
func (l *Ledger) commentVersion(id int64) int64 {
	version := l.comments[id].version
	if l.gone(id) {
		version++
	}
	return version
}

func (c *check) checkToggles(where string, want map[Pair]*toggle, got map[Pair]bool) {
	for pair, t := range want {
		switch {
		case t.on && !got[pair]:
			c.add(Lost, where, "of %d by member %d", pair.Of, pair.Member)
		case !t.on && got[pair]:
			c.add(Wrong, where, "of %d by member %d was taken back, and is there", pair.Of, pair.Member)
		}
	}
	for pair := range got {
		if want[pair] == nil {
			c.add(Twice, where, "nobody was told of that of %d by member %d", pair.Of, pair.Member)
		}
	}
}

// checkCounters compares counters of what is shown with the ledger's own counts.
func (c *check) checkCounters() {
	likes, comments, replies, commentLikes := map[int64]int64{}, map[int64]int64{}, map[int64]int64{}, map[int64]int64{}
	followers, followings := map[int64]int64{}, map[int64]int64{}
	for id, one := range c.comments {
		if !c.gone(id) {
			comments[one.post]++
			replies[one.parent]++
		}
	}
	count := func(toggles map[Pair]*toggle, tally func(Pair)) {
		for pair, t := range toggles {
			if t.on {
				tally(pair)
			}
		}
	}
	count(c.postLikes, func(p Pair) { likes[p.Of]++ })
	count(c.commentLikes, func(p Pair) { commentLikes[p.Of]++ })
	count(c.follows, func(p Pair) { followings[p.Member]++; followers[p.Of]++ })
	for id, p := range c.posts {
		if got, there := c.seen.Posts[id]; there && !p.deleted {
			c.counter("likeCount of post", id, got.Likes, likes[id])
			c.counter("commentCount of post", id, got.Comments, comments[id])
		}
	}
	for id := range c.comments {
		if got, there := c.seen.Comments[id]; there && c.visible(id) {
			c.counter("likeCount of comment", id, got.Likes, commentLikes[id])
			c.counter("replyCount of comment", id, got.Replies, replies[id])
		}
	}
	for id := range c.members {
		got := c.seen.Members[id]
		c.counter("followersCount of member", id, got.Followers, followers[id])
		c.counter("followingsCount of member", id, got.Followings, followings[id])
	}
}

func (c *check) counter(what string, id, got, want int64) {
	if got != want {
		c.add(kindOf(got, want), "counters", "%s %d is %d, the ledger says %d", what, id, got, want)
	}
}
