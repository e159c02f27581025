package search

import "context"

// FoundPost is a post that was found.
type FoundPost struct {
	LivePost
	// Highlight is a fragment for HTML; nil where no word was searched for.
	Highlight *string
}

// PostService searches posts.
type PostService struct {
	finder
	live   LivePosts
	absent *absences
}

// NewPostService searches with engine and shows what live shows.
func NewPostService(engine *Engine, handles Handles, live LivePosts, now Clock) *PostService {
	return &PostService{finder: finder{engine, handles}, live: live, absent: newAbsences(now)}
}

// Search returns the posts that a request finds, as the caller of ctx sees them.
// Fails with CodeValidationFailed, or with what timeline or member fail with.
func (s *PostService) Search(ctx context.Context, request Request) (Found[FoundPost], error) {
	query, err := request.parse()
	if err != nil {
		return Found[FoundPost]{}, err
	}
	ranked, query, err := s.rank(ctx, Posts, query, request.Order)
	if err != nil {
		return Found[FoundPost]{}, err
	}
	return fill(ctx, s.absent, ranked, request.Slice, func(ctx context.Context, ids []int64) (map[int64]FoundPost, error) {
		posts, err := s.live.FindPosts(ctx, typed[PostID](ids))
		found := make(map[int64]FoundPost, len(posts))
		for _, p := range posts {
			found[int64(p.ID)] = FoundPost{LivePost: p, Highlight: highlightOf(query, p.Title, p.Content)}
		}
		return found, err
	})
}

func typed[ID ~int64](ids []int64) []ID {
	out := make([]ID, len(ids))
	for i, id := range ids {
		out[i] = ID(id)
	}
	return out
}
