package ledger

import (
	"strings"
	"time"
)

// feedGrain is how exact the order of a home feed is: within a second, ids decide.
const feedGrain = time.Second

// checkActivities: one document for each message key of the topics, with the newest
// version of that key.
func (c *check) checkActivities() {
	want := map[string]int64{}
	for _, r := range c.seen.Records {
		want[r.Key] = max(want[r.Key], r.Version)
	}
	got := map[string]int{}
	for _, document := range c.seen.Activities {
		got[document.Key]++
		version, known := want[document.Key]
		switch {
		case !known:
			c.add(Phantom, "activities", "%s is in no topic (event %s)", document.Key, document.EventID)
		case got[document.Key] > 1:
			c.add(Twice, "activities", "%s is recorded %d times", document.Key, got[document.Key])
		case document.Version != version:
			c.add(Wrong, "activities", "%s has version %d, the topics say %d", document.Key, document.Version, version)
		}
	}
	for key := range want {
		if got[key] == 0 {
			c.add(Lost, "activities", "%s is not recorded", key)
		}
	}
}

func (c *check) checkSearch() {
	posts, comments := map[int64]SearchDocument{}, map[int64]SearchDocument{}
	for id, p := range c.posts {
		posts[id] = SearchDocument{ID: id, Version: p.version, Gone: p.deleted, Body: p.text}
	}
	for id, one := range c.comments {
		comments[id] = SearchDocument{ID: id, Version: c.commentVersion(id), Gone: !c.visible(id), Body: one.text}
	}
	c.checkDocuments("search documents of posts", posts, c.seen.SearchPosts)
	c.checkDocuments("search documents of comments", comments, c.seen.SearchComments)
}

func (c *check) checkDocuments(where string, want map[int64]SearchDocument, got []SearchDocument) {
	seen := map[int64]bool{}
	for _, document := range got {
		expected, known := want[document.ID]
		switch {
		case !known:
			c.add(Phantom, where, "%d, version %d", document.ID, document.Version)
		case seen[document.ID]:
			c.add(Twice, where, "%d", document.ID)
		case document.Gone != expected.Gone || document.Version != expected.Version:
			c.add(Wrong, where, "%d has version %d, gone %t; the ledger says %d, %t",
				document.ID, document.Version, document.Gone, expected.Version, expected.Gone)
		case !document.Gone && !strings.Contains(dense(document.Body), dense(expected.Body)):
			c.add(Wrong, where, "%d has the text %q, the ledger says %q", document.ID, document.Body, expected.Body)
		}
		seen[document.ID] = true
	}
	for id := range want {
		if !seen[id] {
			c.add(Lost, where, "%d is not there", id)
		}
	}
}

// dense is a text without the spaces that search puts between words.
func dense(text string) string { return strings.Join(strings.Fields(text), "") }

// checkFeeds: the live posts of those whom a member follows, each once, newest first.
func (c *check) checkFeeds() {
	byAuthor := map[int64][]int64{}
	for id, p := range c.posts {
		if !p.deleted {
			byAuthor[p.author] = append(byAuthor[p.author], id)
		}
	}
	for member, feed := range c.seen.Feeds {
		c.verdict.FeedEntries += len(feed)
		want := map[int64]bool{}
		for pair, t := range c.follows {
			if t.on && pair.Member == member {
				for _, id := range byAuthor[pair.Of] {
					want[id] = true
				}
			}
		}
		c.checkFeed(member, feed, want)
	}
}

func (c *check) checkFeed(member int64, feed []int64, want map[int64]bool) {
	shown := map[int64]bool{}
	for i, id := range feed {
		switch {
		case !want[id]:
			c.add(Phantom, "home feeds", "member %d is shown post %d", member, id)
		case shown[id]:
			c.add(Twice, "home feeds", "member %d is shown post %d", member, id)
		}
		shown[id] = true
		if i > 0 && c.seen.Posts[feed[i-1]].CreatedAt.Before(c.seen.Posts[id].CreatedAt.Truncate(feedGrain)) {
			c.add(Disorder, "home feeds", "member %d is shown post %d after the older %d", member, id, feed[i-1])
		}
	}
	for id := range want {
		if !shown[id] {
			c.add(Lost, "home feeds", "member %d is not shown post %d", member, id)
		}
	}
}
