package search

import "context"

// CountService counts what belongs to many things at once. The counts are their
// owners' own: they are exact, and a member reads its own writes.
type CountService struct {
	posts     LivePosts
	comments  LiveComments
	followers Followers
}

// NewCountService counts with what timeline and member say.
func NewCountService(posts LivePosts, comments LiveComments, followers Followers) *CountService {
	return &CountService{posts: posts, comments: comments, followers: followers}
}

// Count is how many belong to the thing with an id.
type Count struct {
	ID    int64
	Count int64
}

// PostLikes counts the likes of posts. What has none is left out, here and below.
func (s *CountService) PostLikes(ctx context.Context, ids []PostID) ([]Count, error) {
	return s.ofPosts(ctx, ids, func(p LivePost) int64 { return p.LikeCount })
}

// PostComments counts the comments of posts, of every depth.
func (s *CountService) PostComments(ctx context.Context, ids []PostID) ([]Count, error) {
	return s.ofPosts(ctx, ids, func(p LivePost) int64 { return p.CommentCount })
}

func (s *CountService) ofPosts(ctx context.Context, ids []PostID, of func(LivePost) int64) ([]Count, error) {
	ids = distinct(ids)
	if len(ids) == 0 {
		return nil, nil
	}
	posts, err := s.posts.FindPosts(ctx, ids)
	if err != nil {
		return nil, err
	}
	counts := make(map[PostID]int64, len(posts))
	for _, p := range posts {
		counts[p.ID] = of(p)
	}
	return inOrder(ids, counts), nil
}

// CommentLikes counts the likes of comments.
func (s *CountService) CommentLikes(ctx context.Context, ids []CommentID) ([]Count, error) {
	ids = distinct(ids)
	if len(ids) == 0 {
		return nil, nil
	}
	comments, err := s.comments.FindComments(ctx, ids)
	if err != nil {
		return nil, err
	}
	counts := make(map[CommentID]int64, len(comments))
	for _, c := range comments {
		counts[c.ID] = c.LikeCount
	}
	return inOrder(ids, counts), nil
}

// Followers counts the followers of members.
func (s *CountService) Followers(ctx context.Context, ids []MemberID) ([]Count, error) {
	ids = distinct(ids)
	if len(ids) == 0 {
		return nil, nil
	}
	counts, err := s.followers.CountFollowers(ctx, ids)
	if err != nil {
		return nil, err
	}
	return inOrder(ids, counts), nil
}

func distinct[ID comparable](ids []ID) []ID {
	seen := make(map[ID]bool, len(ids))
	var once []ID
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}

func inOrder[ID ~int64](ids []ID, counts map[ID]int64) []Count {
	var found []Count
	for _, id := range ids {
		if counts[id] > 0 {
			found = append(found, Count{ID: int64(id), Count: counts[id]})
		}
	}
	return found
}
