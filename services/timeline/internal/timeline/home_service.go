package timeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// HomeService reads home feeds: the posts of those that a member follows,
// newest first. It prefers the stored feed, builds one where there is none, and
// goes to the database where the store does not answer or the feed ends.
type HomeService struct {
	posts   PostFinder
	index   HomeIndex
	feeds   FeedStore
	graph   FollowGraph
	gate    BuildGate
	authors AuthorBook
}

// HomePorts is what a HomeService reads from.
type HomePorts struct {
	Posts   PostFinder
	Index   HomeIndex
	Feeds   FeedStore
	Graph   FollowGraph
	Gate    BuildGate
	Authors AuthorBook
}

// NewHomeService joins the home feed to what it reads from.
func NewHomeService(p HomePorts) *HomeService {
	return &HomeService{posts: p.Posts, index: p.Index, feeds: p.Feeds, graph: p.Graph, gate: p.Gate, authors: p.Authors}
}

// List lists the home feed of reader. Fails with SERVICE_UNAVAILABLE where it
// cannot be found out whom reader follows.
func (s *HomeService) List(ctx context.Context, reader MemberID, slice Slice) (Part[PostView], error) {
	found, err := s.collect(ctx, reader, slice.withOneMore())
	if err != nil {
		return Part[PostView]{}, err
	}
	return signPart(ctx, s.authors, cut(slice, found, Post.newestKey)), nil
}

func (s *HomeService) collect(ctx context.Context, reader MemberID, slice Slice) ([]Post, error) {
	part := slice.firstRange()
	run, err := s.feeds.ReadFeed(ctx, reader, part)
	if err != nil { // slower, but right
		return s.fromGraph(ctx, reader, slice)
	}
	if run.State == FeedUnproven {
		run.State = s.prove(ctx, reader, run.Version)
	}
	if run.State == FeedReady {
		return s.fromStored(ctx, reader, slice, run, part)
	}
	home, err := s.gate.Once(ctx, reader, func(ctx context.Context) (Home, error) {
		if again, err := s.feeds.ReadFeed(ctx, reader, part); err == nil && again.State == FeedReady {
			return Home{}, errBuilt
		}
		return s.build(ctx, reader)
	})
	switch {
	case errors.Is(err, errBuilt):
		return s.fromNew(ctx, reader, slice, part)
	case err != nil:
		return nil, err
	}
	return s.fromFound(ctx, reader, slice, home.Entries, home.whole(), home.Followings)
}

// errBuilt is a feed that was not there at the first look, but is by one's turn to
// build it: who comes as another's build ends is not to begin the next.
var errBuilt = errors.New("timeline: the feed was built meanwhile")

func (s *HomeService) fromNew(ctx context.Context, reader MemberID, slice Slice, part FeedRange) ([]Post, error) {
	run, err := s.feeds.ReadFeed(ctx, reader, part)
	if err != nil || run.State != FeedReady {
		return s.fromGraph(ctx, reader, slice)
	}
	return s.fromStored(ctx, reader, slice, run, part)
}

// prove asks for the followings of now. Where nobody answers, the feed is the
// last that is known.
func (s *HomeService) prove(ctx context.Context, reader MemberID, version int64) FeedState {
	now, err := s.graph.FindFollowings(ctx, reader)
	if err == nil && now.Version != version {
		return FeedMissing
	}
	return FeedReady
}

// errFeedLost is a feed that cannot be read on: the database goes on instead.
var errFeedLost = errors.New("timeline: the stored feed is lost")

func (s *HomeService) fromStored(ctx context.Context, reader MemberID, slice Slice, run FeedRun, part FeedRange) ([]Post, error) {
	walk := feedWalk{slice: slice, find: s.finder(reader), read: func(ctx context.Context, part FeedRange) (FeedRun, error) {
		run, err := s.feeds.ReadFeed(ctx, reader, part)
		if err != nil || run.State == FeedMissing {
			return run, errFeedLost
		}
		return run, nil
	}}
	whole, err := walk.run(ctx, run, part)
	if len(walk.dead) > 0 {
		_ = s.feeds.DropFromFeed(ctx, reader, walk.dead) // else the next read meets them again
	}
	switch {
	case errors.Is(err, errFeedLost):
		return s.fromGraph(ctx, reader, slice)
	case err != nil:
		return nil, err
	case whole:
		return walk.posts, nil
	}
	base, err := s.feeds.FindFeedBase(ctx, reader)
	if err != nil {
		return s.fromGraph(ctx, reader, slice)
	}
	if slice.After != nil {
		return s.fromOlder(ctx, reader, slice, base)
	}
	return s.fromDatabase(ctx, reader, slice, base.Followings)
}

// fromOlder goes on behind the stored feed.
func (s *HomeService) fromOlder(ctx context.Context, reader MemberID, slice Slice, base FeedBase) ([]Post, error) {
	var entries []FeedEntry
	var whole bool
	err := s.gate.Turn(ctx, func(ctx context.Context) (err error) {
		entries, whole, err = s.lookFurther(ctx, reader, slice.After.At.Truncate(time.Second), base)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.fromFound(ctx, reader, slice, entries, whole, base.Followings)
}

// lookFurther finds what stands behind the stored feed from a second on, and has it
// kept for the next pages. whole says that nothing older exists.
func (s *HomeService) lookFurther(ctx context.Context, reader MemberID, until time.Time, base FeedBase) (entries []FeedEntry, whole bool, err error) {
	length := OlderLength
	if base.Older > 0 { // it does not stop soon
		length = FurtherLength
	}
	followings := base.Followings
	entries, err = s.index.ListNewest(ctx, followings.Members, &Key{At: until.Add(time.Second)}, length, base.Pace*time.Duration(length))
	if err != nil {
		return nil, false, err
	}
	whole = len(entries) < length
	if len(entries) > 0 {
		_ = s.feeds.KeepOlder(ctx, reader, followings.Version, until, entries, whole) // else the next page looks again
	}
	return entries, whole, nil
}

// fromFound takes the slice from entries that were just found in the database, and
// goes on there behind them; whole says that nothing older exists.
func (s *HomeService) fromFound(ctx context.Context, reader MemberID, slice Slice, entries []FeedEntry, whole bool, followings Followings) ([]Post, error) {
	read := func(_ context.Context, part FeedRange) (FeedRun, error) { return runOf(entries, whole, part), nil }
	walk := feedWalk{slice: slice, find: s.finder(reader), read: read}
	part := slice.firstRange()
	ended, err := walk.run(ctx, runOf(entries, whole, part), part)
	if err != nil || ended {
		return walk.posts, err
	}
	return s.fromDatabase(ctx, reader, slice, followings)
}

// build makes reader's feed from the database and stores it where that works.
func (s *HomeService) build(ctx context.Context, reader MemberID) (Home, error) {
	followings, err := s.findFollowings(ctx, reader)
	if err != nil {
		return Home{}, err
	}
	// from here on what is published is collected, so that nothing falls
	// between the look into the database and the store
	ticket, beginErr := s.feeds.BeginFeed(ctx, reader, followings)
	entries, err := s.index.ListNewest(ctx, followings.Members, nil, FeedLength, 0)
	if err != nil {
		return Home{}, err
	}
	home := Home{Followings: followings, Entries: entries}
	if beginErr == nil {
		_ = s.feeds.FillFeed(ctx, reader, ticket, entries, home.whole()) // else it is built again
	}
	return home, nil
}

func (s *HomeService) fromGraph(ctx context.Context, reader MemberID, slice Slice) ([]Post, error) {
	followings, err := s.findFollowings(ctx, reader)
	if err != nil {
		return nil, err
	}
	return s.fromDatabase(ctx, reader, slice, followings)
}

func (s *HomeService) findFollowings(ctx context.Context, reader MemberID) (Followings, error) {
	followings, err := s.graph.FindFollowings(ctx, reader)
	if err != nil {
		return Followings{}, apierr.CodeServiceUnavailable.Wrap(fmt.Errorf("find followings of member %d: %w", reader, err))
	}
	return followings, nil
}

// fromDatabase goes on from the last row that it saw as long as posts are
// deleted between the look into the index and that at the rows.
func (s *HomeService) fromDatabase(ctx context.Context, reader MemberID, slice Slice, followings Followings) ([]Post, error) {
	after, skip := slice.After, slice.Skip
	var posts []Post
	for len(posts) < slice.Limit {
		wanted := skip + slice.Limit - len(posts)
		entries, err := s.index.ListNewest(ctx, followings.Members, after, wanted, 0)
		if err != nil {
			return nil, err
		}
		end := len(entries) < wanted
		if len(entries) <= skip {
			return posts, nil
		}
		walk := feedWalk{slice: Slice{Limit: slice.Limit}, find: s.finder(reader)}
		if err := walk.take(ctx, entries[skip:], 0); err != nil {
			return nil, err
		}
		posts = append(posts, walk.posts...)
		if end {
			break
		}
		last := entries[len(entries)-1]
		after, skip = &Key{At: last.CreatedAt, ID: int64(last.PostID)}, 0
	}
	return posts, nil
}

func (s *HomeService) finder(reader MemberID) func(context.Context, []PostID) ([]Post, error) {
	return func(ctx context.Context, ids []PostID) ([]Post, error) { return s.posts.FindPosts(ctx, reader, ids) }
}
