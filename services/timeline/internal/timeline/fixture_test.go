package timeline_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// shelf is posts in memory: the ports that read the database.
type shelf struct {
	timeline.PostStore // what a test does not use
	posts              map[timeline.PostID]timeline.Post
	finds              int
	down               error
}

func (s *shelf) FindPosts(_ context.Context, _ timeline.MemberID, ids []timeline.PostID) ([]timeline.Post, error) {
	s.finds++
	var found []timeline.Post
	for _, id := range ids {
		if post, ok := s.posts[id]; ok {
			found = append(found, post)
		}
	}
	return found, s.down
}

func (s *shelf) FindPost(_ context.Context, _ timeline.MemberID, id timeline.PostID) (timeline.Post, error) {
	post, ok := s.posts[id]
	if !ok || post.Deleted {
		return timeline.Post{}, timeline.ErrAbsent
	}
	return post, nil
}

func (s *shelf) ListPostsOf(_ context.Context, _, author timeline.MemberID, slice timeline.Slice) ([]timeline.Post, error) {
	all := s.newest([]timeline.MemberID{author})
	return all[min(slice.Skip, len(all)):min(slice.Skip+slice.Limit, len(all))], s.down
}

func (s *shelf) ListNewest(_ context.Context, authors []timeline.MemberID, after *timeline.Key, limit int, _ time.Duration) ([]timeline.FeedEntry, error) {
	var entries []timeline.FeedEntry
	for _, post := range s.newest(authors) {
		if len(entries) < limit && (after == nil || keyOf(post).Compare(*after) < 0) {
			entries = append(entries, timeline.FeedEntry{PostID: post.ID, CreatedAt: post.CreatedAt})
		}
	}
	return entries, s.down
}

// newest are the live posts of authors in their exact order.
func (s *shelf) newest(authors []timeline.MemberID) []timeline.Post {
	var live []timeline.Post
	for _, post := range s.posts {
		if !post.Deleted && slices.Contains(authors, post.AuthorID) {
			live = append(live, post)
		}
	}
	slices.SortFunc(live, func(a, b timeline.Post) int { return keyOf(b).Compare(keyOf(a)) })
	return live
}

func keyOf(p timeline.Post) timeline.Key { return timeline.Key{At: p.CreatedAt, ID: int64(p.ID)} }

// pile is a stored feed in memory, which orders by the second, and within one by
// something that is not the order of the posts.
type pile struct {
	timeline.FeedStore // what a test does not use
	state              timeline.FeedState
	followings         timeline.Followings
	entries            []timeline.FeedEntry
	whole              bool
	reads              int
	// readyAfter is how many reads find nothing although the feed is ready.
	readyAfter int
	down       error
}

func (p *pile) fill(posts []timeline.Post, capacity int) {
	p.entries = nil
	for _, post := range posts {
		p.entries = append(p.entries, timeline.FeedEntry{PostID: post.ID, CreatedAt: post.CreatedAt.Truncate(time.Second)})
	}
	slices.SortFunc(p.entries, func(a, b timeline.FeedEntry) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return -compareTexts(a.PostID, b.PostID)
	})
	p.whole = len(p.entries) <= capacity
	p.entries = p.entries[:min(capacity, len(p.entries))]
}

func compareTexts(a, b timeline.PostID) int {
	x, y := strconv.FormatInt(int64(a), 10), strconv.FormatInt(int64(b), 10)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (p *pile) ReadFeed(_ context.Context, _ timeline.MemberID, part timeline.FeedRange) (timeline.FeedRun, error) {
	p.reads++
	if p.down != nil {
		return timeline.FeedRun{}, p.down
	}
	from := min(part.Start, len(p.entries))
	if !part.Until.IsZero() {
		for from < len(p.entries) && p.entries[from].CreatedAt.After(part.Until) {
			from++
		}
	}
	to := min(from+part.Count, len(p.entries))
	bottom := to == len(p.entries)
	if p.reads <= p.readyAfter {
		return timeline.FeedRun{}, nil
	}
	return timeline.FeedRun{
		State: p.state, Version: p.followings.Version, Entries: p.entries[from:to], Bottom: bottom, Whole: bottom && p.whole,
	}, nil
}

func (p *pile) DropFromFeed(_ context.Context, _ timeline.MemberID, dropped []timeline.FeedEntry) error {
	p.entries = slices.DeleteFunc(p.entries, func(e timeline.FeedEntry) bool {
		return slices.ContainsFunc(dropped, func(d timeline.FeedEntry) bool {
			return d.PostID == e.PostID && d.CreatedAt.Unix() == e.CreatedAt.Unix()
		})
	})
	return p.down
}

func (p *pile) FindFeedBase(context.Context, timeline.MemberID) (timeline.FeedBase, error) {
	return timeline.FeedBase{Followings: p.followings}, p.down
}

func (p *pile) BeginFeed(_ context.Context, _ timeline.MemberID, followings timeline.Followings) (string, error) {
	p.followings = followings
	return "ticket", p.down
}

func (p *pile) FillFeed(_ context.Context, _ timeline.MemberID, _ string, entries []timeline.FeedEntry, whole bool) error {
	p.entries, p.whole, p.state = entries, whole, timeline.FeedReady
	return p.down
}

func (p *pile) KeepOlder(context.Context, timeline.MemberID, int64, time.Time, []timeline.FeedEntry, bool) error {
	return p.down
}

var errDown = errors.New("does not answer")

// graph answers for member.
type graph struct {
	followings timeline.Followings
	asked      int
	down       error
}

func (g *graph) FindFollowings(context.Context, timeline.MemberID) (timeline.Followings, error) {
	g.asked++
	return g.followings, g.down
}

// open is a gate that lets everybody through.
type open struct{}

func (open) Once(ctx context.Context, _ timeline.MemberID, build func(context.Context) (timeline.Home, error)) (timeline.Home, error) {
	return build(ctx)
}

func (open) Turn(ctx context.Context, work func(context.Context) error) error { return work(ctx) }

// book knows how these members sign; all others are unknown.
type book map[timeline.MemberID]timeline.Author

func (b book) FindAuthors(_ context.Context, ids []timeline.MemberID) map[timeline.MemberID]timeline.Author {
	found := make(map[timeline.MemberID]timeline.Author, len(ids))
	for _, id := range ids {
		found[id] = b[id]
	}
	return found
}
