package seed

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// pageSize is the largest page of the contract.
const pageSize = 100

// writtenPosts are the posts that the authors have written, by their text.
func (r *run) writtenPosts(ctx context.Context) ([]map[string]int64, error) {
	all := make([]map[string]int64, len(r.sessions))
	err := each(ctx, len(r.sessions), func(ctx context.Context, i int) error {
		all[i] = map[string]int64{}
		size := pageSize
		params := timelinerest.ListMyPostsParams{Size: &size}
		for {
			page, err := r.sessions[i].Timelines.ListMyPosts(ctx, params)
			if err != nil {
				return fmt.Errorf("list posts of %s: %w", r.Plan.People[i].Handle, err)
			}
			for _, post := range page.Content {
				all[i][post.Content] = post.ID
			}
			if params.Cursor = page.NextCursor; params.Cursor == nil {
				return nil
			}
		}
	})
	return all, err
}

// said is a comment as a second run knows it.
type said struct {
	author  int64
	content string
}

// writtenComments are the comments and replies on a post.
func (r *run) writtenComments(ctx context.Context, post int) (map[said]int64, error) {
	all := map[said]int64{}
	if !r.known[post] {
		return all, nil
	}
	reader := r.sessions[r.Plan.Posts[post].Author].Timelines
	size := pageSize
	top := timelinerest.ListPostCommentsParams{Size: &size}
	for {
		page, err := reader.ListPostComments(ctx, r.posts[post], top)
		if err != nil {
			return nil, fmt.Errorf("list comments of post %d: %w", r.posts[post], err)
		}
		for _, c := range page.Content {
			all[said{c.AuthorID, c.Content}] = c.ID
			if err := r.addReplies(ctx, reader, c, all); err != nil {
				return nil, err
			}
		}
		if top.Cursor = page.NextCursor; top.Cursor == nil {
			return all, nil
		}
	}
}

func (r *run) addReplies(
	ctx context.Context, reader *timelinerest.Client, parent timelinerest.Comment, all map[said]int64,
) error {
	if parent.ReplyCount == 0 {
		return nil
	}
	size := pageSize
	page, err := reader.ListReplies(ctx, parent.ID, timelinerest.ListRepliesParams{Size: &size})
	if err != nil {
		return fmt.Errorf("list replies of comment %d: %w", parent.ID, err)
	}
	for _, c := range page.Content {
		all[said{c.AuthorID, c.Content}] = c.ID
	}
	return nil
}
