package timeline

import (
	"context"
	"errors"
	"time"
)

// PostService is what members do with posts, one at a time and in lists.
type PostService struct {
	store   PostStore
	authors AuthorBook
	now     Clock
}

// NewPostService joins the use cases of posts to what they read from.
func NewPostService(store PostStore, authors AuthorBook, now Clock) *PostService {
	return &PostService{store: store, authors: authors, now: now}
}

// Read shows a live post to viewer. The read counts unless viewer is the
// author: then it is returned, and the view that is shown includes it.
// Fails with POST_NOT_FOUND.
func (s *PostService) Read(ctx context.Context, viewer MemberID, id PostID) (PostView, *Read, error) {
	post, err := s.store.FindPost(ctx, viewer, id)
	if err != nil {
		return PostView{}, nil, postNotFound(err)
	}
	view := signPosts(ctx, s.authors, []Post{post})[0]
	if viewer == post.AuthorID {
		return view, nil, nil
	}
	view.Views++
	return view, &Read{Reader: viewer, PostID: id, At: s.now()}, nil
}

// Find returns the live posts with these ids, in their order and each once;
// the others are left out.
func (s *PostService) Find(ctx context.Context, viewer MemberID, ids []PostID) ([]PostView, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.store.FindPosts(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	live := make(map[PostID]Post, len(found))
	for _, post := range found {
		if !post.Deleted {
			live[post.ID] = post
		}
	}
	ordered := make([]Post, 0, len(live))
	for _, id := range ids {
		if post, ok := live[id]; ok {
			ordered = append(ordered, post)
			delete(live, id)
		}
	}
	return signPosts(ctx, s.authors, ordered), nil
}

// Counters returns the counters of a live post. Fails with POST_NOT_FOUND.
func (s *PostService) Counters(ctx context.Context, id PostID) (PostCounters, error) {
	counters, err := s.store.FindCounters(ctx, id)
	return counters, postNotFound(err)
}

// ListOwn lists the caller's posts, newest first.
func (s *PostService) ListOwn(ctx context.Context, viewer MemberID, slice Slice) (Part[PostView], error) {
	found, err := s.store.ListPostsOf(ctx, viewer, viewer, slice.withOneMore())
	if err != nil {
		return Part[PostView]{}, err
	}
	return s.page(ctx, slice, found, Post.newestKey), nil
}

// ListOf lists the posts of an author, newest first. Fails with
// MEMBER_NOT_FOUND, and with SERVICE_UNAVAILABLE where neither member nor the
// author's posts tell whether there is such a member.
func (s *PostService) ListOf(ctx context.Context, viewer, author MemberID, slice Slice) (Part[PostView], error) {
	standing, err := requireMember(ctx, s.authors, viewer, author)
	if err != nil {
		return Part[PostView]{}, err
	}
	part, err := s.listOf(ctx, viewer, author, slice)
	if err == nil && len(part.Rows) == 0 && slice.isStart() && standing == Unknown {
		return part, errMemberUnknown(author)
	}
	return part, err
}

func (s *PostService) listOf(ctx context.Context, viewer, author MemberID, slice Slice) (Part[PostView], error) {
	found, err := s.store.ListPostsOf(ctx, viewer, author, slice.withOneMore())
	if err != nil {
		return Part[PostView]{}, err
	}
	return s.page(ctx, slice, found, Post.newestKey), nil
}

// ListRanked lists all posts of the window, best first.
func (s *PostService) ListRanked(ctx context.Context, viewer MemberID, ranking Ranking, window Window, slice Slice) (Part[PostView], error) {
	found, err := s.store.ListRanked(ctx, viewer, ranking, window.Since(s.now()), slice.withOneMore())
	if err != nil {
		return Part[PostView]{}, err
	}
	return s.page(ctx, slice, found, ranking.keyOf), nil
}

// ListBetween lists the posts created in [from, until), newest first, and
// counts all of them.
func (s *PostService) ListBetween(ctx context.Context, viewer MemberID, from, until time.Time, slice Slice) ([]PostView, int64, error) {
	total, err := s.store.CountBetween(ctx, from, until)
	if err != nil || total <= int64(slice.Skip) {
		return nil, total, err
	}
	found, err := s.store.ListBetween(ctx, viewer, from, until, slice)
	if err != nil {
		return nil, 0, err
	}
	return signPosts(ctx, s.authors, found), total, nil
}

func (s *PostService) page(ctx context.Context, slice Slice, found []Post, keyOf func(Post) Key) Part[PostView] {
	return signPart(ctx, s.authors, cut(slice, found, keyOf))
}

// signPart puts the authors to the posts of a part.
func signPart(ctx context.Context, authors AuthorBook, part Part[Post]) Part[PostView] {
	return Part[PostView]{Rows: signPosts(ctx, authors, part.Rows), More: part.More, End: part.End}
}

func signPosts(ctx context.Context, authors AuthorBook, posts []Post) []PostView {
	book := findAuthors(ctx, authors, posts, func(p Post) MemberID { return p.AuthorID })
	views := make([]PostView, len(posts))
	for i, post := range posts {
		views[i] = PostView{Post: post, Author: book[post.AuthorID]}
	}
	return views
}

// findAuthors asks for each author once, and for none where there are no rows.
func findAuthors[T any](ctx context.Context, authors AuthorBook, rows []T, authorOf func(T) MemberID) map[MemberID]Author {
	if len(rows) == 0 {
		return nil
	}
	seen := make(map[MemberID]bool, len(rows))
	ids := make([]MemberID, 0, len(rows))
	for _, row := range rows {
		if id := authorOf(row); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return authors.FindAuthors(ctx, ids)
}

// postNotFound turns ErrAbsent into POST_NOT_FOUND.
func postNotFound(err error) error {
	if errors.Is(err, ErrAbsent) {
		return CodePostNotFound.Wrap(err)
	}
	return err
}
