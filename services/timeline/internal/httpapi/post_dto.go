package httpapi

import (
	"strconv"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) toPost(post timeline.PostView) timelinerest.Post {
	author := toByline(post.Author)
	return timelinerest.Post{
		ID:              int64(post.ID),
		Title:           post.Title,
		Content:         post.Content,
		AuthorID:        int64(post.AuthorID),
		AuthorName:      author.name,
		AuthorHandle:    author.handle,
		AuthorAvatarURL: author.avatarURL,
		ViewCount:       post.Views,
		LikeCount:       post.Likes,
		CommentCount:    post.PostCounters.Comments,
		Liked:           post.Liked,
		CreatedAt:       a.Zone.Spaced(post.CreatedAt),
		UpdatedAt:       a.Zone.Spaced(post.UpdatedAt),
	}
}

func toStatistics(counters timeline.PostCounters) timelinerest.PostStatistics {
	return timelinerest.PostStatistics{CommentCount: counters.Comments, LikeCount: counters.Likes, ViewCount: counters.Views}
}

// maxAsked is how many posts may be asked for at once (spec 06).
const maxAsked = 100

func fromFindPosts(request timelinerest.FindPostsRequest) ([]timeline.PostID, error) {
	return askedIDs[timeline.PostID](request.IDs)
}

// askedIDs are the ids of a bulk read, of which there may be at most maxAsked.
func askedIDs[ID ~int64](given []int64) ([]ID, error) {
	switch {
	case given == nil:
		return nil, apierr.Violated("ids", "필수 값입니다", "is required")
	case len(given) > maxAsked:
		most := strconv.Itoa(maxAsked)
		return nil, apierr.Violated("ids", "최대 "+most+"개까지 조회할 수 있습니다", "must hold at most "+most)
	}
	ids := make([]ID, len(given))
	for i, id := range given {
		if id < 1 || id > httpserver.MaxID {
			return nil, apierr.Violated("ids", "올바른 ID가 아닙니다", "must be positive integers below 2^53")
		}
		ids[i] = ID(id)
	}
	return ids, nil
}
