package search

import (
	"context"

	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
)

// FoundComment is a comment that was found.
type FoundComment struct {
	LiveComment
	// Highlight is a fragment for HTML; nil where no word was searched for.
	Highlight *string
}

// CommentService searches comments.
type CommentService struct {
	finder
	live   LiveComments
	absent *absences
}

// NewCommentService searches with engine and shows what live shows.
func NewCommentService(engine *Engine, handles Handles, live LiveComments, now Clock) *CommentService {
	return &CommentService{finder: finder{engine, handles}, live: live, absent: newAbsences(now)}
}

// Search returns the comments that a request finds. Fails as PostService.Search.
func (s *CommentService) Search(ctx context.Context, request Request) (Found[FoundComment], error) {
	query, err := request.parse()
	if err != nil {
		return Found[FoundComment]{}, err
	}
	ranked, query, err := s.rank(ctx, Comments, query, request.Order)
	if err != nil {
		return Found[FoundComment]{}, err
	}
	return s.show(ctx, ranked, request.Slice, query)
}

// ListOf returns the comments of a post, of every depth, newest first.
func (s *CommentService) ListOf(ctx context.Context, post PostID, slice Slice) (Found[FoundComment], error) {
	ids, err := s.engine.ListComments(ctx, post)
	if err != nil {
		return Found[FoundComment]{}, err
	}
	return s.show(ctx, ids, slice, terms.Query{})
}

func (s *CommentService) show(ctx context.Context, ranked []int64, slice Slice, query terms.Query) (Found[FoundComment], error) {
	return fill(ctx, s.absent, ranked, slice, func(ctx context.Context, ids []int64) (map[int64]FoundComment, error) {
		comments, err := s.live.FindComments(ctx, typed[CommentID](ids))
		found := make(map[int64]FoundComment, len(comments))
		for _, c := range comments {
			found[int64(c.ID)] = FoundComment{LiveComment: c, Highlight: highlightOf(query, "", c.Content)}
		}
		return found, err
	})
}

func highlightOf(query terms.Query, title, text string) *string {
	if len(query.All) == 0 {
		return nil
	}
	highlight := query.Highlight(title, text)
	return &highlight
}
