package timeline

import (
	"context"
	"errors"
	"fmt"
)

// CommentService is what members do with comments and replies.
type CommentService struct {
	store   CommentReader
	authors AuthorBook
	now     Clock
}

// NewCommentService joins the use cases of comments to what they read from.
func NewCommentService(store CommentReader, authors AuthorBook, now Clock) *CommentService {
	return &CommentService{store: store, authors: authors, now: now}
}

// Read shows a live comment of a live post to viewer. The read is returned
// unless viewer is the author. Fails with COMMENT_NOT_FOUND.
func (s *CommentService) Read(ctx context.Context, viewer MemberID, id CommentID) (CommentView, *Read, error) {
	comment, err := s.findOrNotFound(ctx, viewer, id)
	if err != nil {
		return CommentView{}, nil, err
	}
	view := s.sign(ctx, []Comment{comment})[0]
	if viewer == comment.AuthorID {
		return view, nil, nil
	}
	return view, &Read{Reader: viewer, PostID: comment.PostID, CommentID: id, At: s.now()}, nil
}

// Find shows those of the comments that are live and on live posts, in the
// order of ids.
func (s *CommentService) Find(ctx context.Context, viewer MemberID, ids []CommentID) ([]CommentView, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.store.FindComments(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	live := make(map[CommentID]Comment, len(found))
	for _, comment := range found {
		live[comment.ID] = comment
	}
	ordered := make([]Comment, 0, len(live))
	for _, id := range ids {
		if comment, ok := live[id]; ok {
			ordered = append(ordered, comment)
			delete(live, id)
		}
	}
	return s.sign(ctx, ordered), nil
}

// ListOwn lists the caller's comments and replies, newest first.
func (s *CommentService) ListOwn(ctx context.Context, viewer MemberID, slice Slice) (Part[CommentView], error) {
	found, err := s.store.ListCommentsBy(ctx, viewer, viewer, slice.withOneMore())
	return s.page(ctx, slice, found), err
}

// ListBy lists the comments and replies of an author, newest first. It fails as
// PostService.ListOf does.
func (s *CommentService) ListBy(ctx context.Context, viewer, author MemberID, slice Slice) (Part[CommentView], error) {
	standing, err := requireMember(ctx, s.authors, viewer, author)
	if err != nil {
		return Part[CommentView]{}, err
	}
	found, err := s.store.ListCommentsBy(ctx, viewer, author, slice.withOneMore())
	if err == nil && len(found) == 0 && slice.isStart() && standing == Unknown {
		err = errMemberUnknown(author)
	}
	return s.page(ctx, slice, found), err
}

// ListOn lists the comments at the top level of a live post, oldest first.
// Fails with POST_NOT_FOUND.
func (s *CommentService) ListOn(ctx context.Context, viewer MemberID, post PostID, slice Slice) (Part[CommentView], error) {
	live, err := s.store.HasPost(ctx, post)
	if err != nil {
		return Part[CommentView]{}, err
	}
	if !live {
		return Part[CommentView]{}, CodePostNotFound.Wrap(fmt.Errorf("no live post %d", post))
	}
	found, err := s.store.ListAnswers(ctx, viewer, post, 0, slice.withOneMore())
	return s.page(ctx, slice, found), err
}

// ListReplies lists the direct replies to a live comment, oldest first.
// Fails with COMMENT_NOT_FOUND.
func (s *CommentService) ListReplies(ctx context.Context, viewer MemberID, id CommentID, slice Slice) (Part[CommentView], error) {
	parent, err := s.findOrNotFound(ctx, viewer, id)
	if err != nil {
		return Part[CommentView]{}, err
	}
	found, err := s.store.ListAnswers(ctx, viewer, parent.PostID, id, slice.withOneMore())
	return s.page(ctx, slice, found), err
}

func (s *CommentService) findOrNotFound(ctx context.Context, viewer MemberID, id CommentID) (Comment, error) {
	comment, err := s.store.FindComment(ctx, viewer, id)
	if errors.Is(err, ErrAbsent) {
		return Comment{}, CodeCommentNotFound.Wrap(err)
	}
	return comment, err
}

func (s *CommentService) page(ctx context.Context, slice Slice, found []Comment) Part[CommentView] {
	part := cut(slice, found, Comment.key)
	return Part[CommentView]{Rows: s.sign(ctx, part.Rows), More: part.More, End: part.End}
}

func (s *CommentService) sign(ctx context.Context, comments []Comment) []CommentView {
	book := findAuthors(ctx, s.authors, comments, func(c Comment) MemberID { return c.AuthorID })
	views := make([]CommentView, len(comments))
	for i, comment := range comments {
		views[i] = CommentView{Comment: comment, Author: book[comment.AuthorID]}
	}
	return views
}
