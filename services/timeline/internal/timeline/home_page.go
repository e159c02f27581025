package timeline

import (
	"context"
	"slices"
)

// ShelfReader reads stored home pages.
type ShelfReader interface {
	// ReadHome reads a run of reader's feed with the stored posts of those that
	// part needs, the reader's likes and the values of the keys proof, in one
	// round trip.
	ReadHome(ctx context.Context, reader MemberID, part FeedRange, proof []string) (HomeShelf, error)
}

// ShelfKeeper keeps what a page was missing. Both methods leave out what changed
// since the look that ticket is of; what cannot be kept is read again.
type ShelfKeeper interface {
	KeepPosts(ctx context.Context, ticket ShelfTicket, posts []StoredPost)
	KeepLikes(ctx context.Context, ticket ShelfTicket, likes Likes)
}

// Shelf stores posts and likes ready for home pages.
type Shelf interface {
	ShelfReader
	ShelfKeeper
}

// LikeLister lists likes.
type LikeLister interface {
	// ListLiked lists the posts that member likes by descending id, at most limit.
	ListLiked(ctx context.Context, member MemberID, limit int) ([]PostID, error)
}

// HomePages is the short way to a home page: all of it in one look at what is
// stored. Where something is missing it says so, and HomeService goes the long way.
type HomePages struct {
	Shelf Shelf
	Posts PostFinder
	Likes LikeLister
	// Encode makes the part of a post that all viewers see alike.
	Encode func(Post) []byte
}

// Card is a post on a home page.
type Card struct {
	StoredPost
	Liked bool
}

// Settle says whether the values of the keys of a proof allow the read; cause is
// why they could not be read.
type Settle func(ctx context.Context, values []*string, cause error) error

// Read reads the page of slice, after settle has allowed it. found is false
// where the stored feed does not have all of it as it has to be; the error is
// settle's or the database's.
func (s *HomePages) Read(ctx context.Context, reader MemberID, slice Slice, proof []string, settle Settle) (page Part[Card], found bool, err error) {
	wanted := slice.withOneMore()
	part := wanted.firstRange()
	shelf, cause := s.Shelf.ReadHome(ctx, reader, part, proof)
	if err := settle(ctx, shelf.Proof, cause); err != nil {
		return page, false, err
	}
	if cause != nil || shelf.State != FeedReady {
		return page, false, nil //nolint:nilerr // the long way finds out by itself
	}
	choice, ok := choose(wanted, shelf.FeedRun, part)
	if !ok {
		return page, false, nil
	}
	posts, ok, err := s.complete(ctx, shelf, choice)
	if err != nil || !ok {
		return page, false, err
	}
	posts = posts[min(choice.skip, len(posts)):]
	if wanted.After != nil {
		posts = slices.DeleteFunc(posts, func(p StoredPost) bool { return p.key().Compare(*wanted.After) >= 0 })
	}
	likes, err := s.likesOf(ctx, reader, shelf, posts)
	if err != nil {
		return page, false, err
	}
	cards := make([]Card, 0, min(len(posts), wanted.Limit))
	for _, post := range posts[:min(len(posts), wanted.Limit)] {
		liked, known := likes.Has(post.ID)
		if !known {
			return page, false, nil
		}
		cards = append(cards, Card{post, liked})
	}
	return cut(slice, cards, Card.key), true, nil
}

// choice is the run of a shelf's entries that a slice needs: whole seconds, of
// which the first skip posts lie before it.
type choice struct{ from, to, skip int }

// choose finds what the slice needs; ok is false where one run does not tell.
func choose(slice Slice, run FeedRun, part FeedRange) (c choice, ok bool) {
	closed, lead := closeRun(run, part)
	if lead > slice.Skip {
		return c, false
	}
	walk := feedWalk{slice: slice}
	need := walk.headLength(closed) + slice.Skip - lead + slice.Limit
	if len(closed) < need && (!run.Bottom || !run.Whole) {
		return c, false
	}
	from := lead - part.Start
	return choice{from: from, to: from + len(wholeSeconds(closed, need)), skip: slice.Skip - lead}, true
}

// complete are the chosen posts of the shelf in their exact order. Those that
// were missing are read from the database and kept; ok is false where one of
// them is not live.
func (s *HomePages) complete(ctx context.Context, shelf HomeShelf, c choice) (posts []StoredPost, ok bool, err error) {
	posts, entries := shelf.Posts[c.from:c.to], shelf.Entries[c.from:c.to]
	var missing []PostID
	for i, post := range posts {
		if post.ID == 0 {
			missing = append(missing, entries[i].PostID)
		}
	}
	if len(missing) > 0 {
		found, ok, err := s.fetch(ctx, shelf.Ticket, missing)
		if err != nil || !ok {
			return nil, false, err
		}
		for i := range posts {
			if posts[i].ID == 0 {
				posts[i] = found[entries[i].PostID]
			}
		}
	}
	slices.SortFunc(posts, func(a, b StoredPost) int { return b.key().Compare(a.key()) })
	return posts, true, nil
}

func (s *HomePages) fetch(ctx context.Context, ticket ShelfTicket, ids []PostID) (byID map[PostID]StoredPost, ok bool, err error) {
	const nobody MemberID = 0
	found, err := s.Posts.FindPosts(ctx, nobody, ids)
	if err != nil || len(found) < len(ids) {
		return nil, false, err
	}
	byID = make(map[PostID]StoredPost, len(found))
	fresh := make([]StoredPost, 0, len(found))
	for _, post := range found {
		if post.Deleted {
			return nil, false, nil
		}
		stored := StoredPost{ID: post.ID, AuthorID: post.AuthorID, CreatedAt: post.CreatedAt, Wire: s.Encode(post)}
		byID[post.ID], fresh = stored, append(fresh, stored)
	}
	s.Shelf.KeepPosts(ctx, ticket, fresh)
	return byID, true, nil
}

func (s *HomePages) likesOf(ctx context.Context, reader MemberID, shelf HomeShelf, posts []StoredPost) (Likes, error) {
	if shelf.HasLikes || len(posts) == 0 {
		return shelf.Likes, nil
	}
	liked, err := s.Likes.ListLiked(ctx, reader, LikesLength)
	if err != nil {
		return Likes{}, err
	}
	likes := NewLikes(liked, LikesLength)
	s.Shelf.KeepLikes(ctx, shelf.Ticket, likes)
	return likes, nil
}
