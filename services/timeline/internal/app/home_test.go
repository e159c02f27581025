package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

const home = "/posts/followings"

func (f *fleet) home(t *testing.T, member int64) []int64 {
	t.Helper()
	return postIDs(f.posts(t, member, home).Content)
}

// write adds a post as content does, with its event.
func (f *fleet) write(t *testing.T, post contenttest.Post) {
	t.Helper()
	f.AddPosts(t, post)
	f.publish(t, created(post))
}

func created(post contenttest.Post) *activityv1.MemberActivityEvent {
	at := activityrecord.Timestamp(post.CreatedAt)
	return &activityv1.MemberActivityEvent{
		Type: activityrecord.PostCreate, MemberId: post.Author, PostId: post.ID, Version: 1, OccurredAt: activityrecord.Timestamp(now()),
		State: &activityv1.MemberActivityEvent_Post{Post: &activityv1.PostState{AuthorId: post.Author, Content: "글", CreatedAt: at, UpdatedAt: at}},
	}
}

func TestT1ShowsThePostsOfTheFollowedNewestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2, 3)
	f.AddPosts(t,
		contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)}, contenttest.Post{ID: 2, Author: 3, CreatedAt: minutes(2)},
		contenttest.Post{ID: 3, Author: 4, CreatedAt: minutes(3)}, contenttest.Post{ID: 4, Author: 1, CreatedAt: minutes(4)},
		contenttest.Post{ID: 5, Author: 3, CreatedAt: minutes(2)}, contenttest.Post{ID: 6, Author: 3, CreatedAt: minutes(9), Deleted: true})
	for range 2 { // built, and stored
		got := f.posts(t, 1, home)
		require.Equal(t, []int64{5, 2, 1}, postIDs(got.Content), "not its own, nobody else's, nothing deleted")
		require.Equal(t, "Member 3", *got.Content[0].AuthorName)
		require.Equal(t, []any{0, 20, false}, []any{got.Page, got.Size, got.HasNext})
	}
}

func TestT1OfOneWhoFollowsNobodyIsEmpty(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: today})
	for range 2 {
		require.JSONEq(t, `{"content":[],"page":0,"size":20,"hasNext":false,"nextCursor":null}`, string(f.get(t, 1, home).Data))
	}
}

func TestT1FollowAndUnfollowTakeEffectAtOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)}, contenttest.Post{ID: 2, Author: 3, CreatedAt: minutes(2)})
	require.Empty(t, f.home(t, 1))
	f.follow(t, 1, 2)
	require.Equal(t, []int64{1}, f.home(t, 1))
	f.follow(t, 1, 3)
	require.Equal(t, []int64{2, 1}, f.home(t, 1))
	f.unfollow(t, 1, 2)
	require.Equal(t, []int64{2}, f.home(t, 1))
	// and where the version was lost: member is asked
	require.NoError(t, f.service.redis.Conn().Del(t.Context(), "member:api:followings-version:1").Err())
	require.Equal(t, []int64{2}, f.home(t, 1))
	f.member.Unfollow(1, 3)
	require.Empty(t, f.home(t, 1))
}

func TestT1DeletedPostsVanishAtOnceAndThePageStaysFull(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	for id := range int64(30) {
		f.AddPosts(t, contenttest.Post{ID: id + 1, Author: 2, CreatedAt: minutes(int(id))})
	}
	require.Len(t, f.home(t, 1), 20)
	for _, id := range []int64{30, 29, 25, 11, 10, 9} {
		f.DeletePost(t, id)
	}
	first := f.posts(t, 1, home)
	require.Len(t, first.Content, 20)
	require.True(t, first.HasNext)
	second := f.posts(t, 1, home+"?page=1")
	require.False(t, second.HasNext)
	var wanted []int64
	for id := int64(30); id > 0; id-- {
		if !slices.Contains([]int64{30, 29, 25, 11, 10, 9}, id) {
			wanted = append(wanted, id)
		}
	}
	require.Equal(t, wanted, append(postIDs(first.Content), postIDs(second.Content)...))
}

func TestT1ANewPostReachesTheFeedsOfFollowers(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.follow(t, 3, 2)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	require.Equal(t, []int64{1}, f.home(t, 1))
	require.Equal(t, []int64{1}, f.home(t, 3))
	f.write(t, contenttest.Post{ID: 2, Author: 2, CreatedAt: minutes(2)})
	eventually(t, "the post is in both feeds", func() bool { return len(f.home(t, 1)) == 2 && len(f.home(t, 3)) == 2 })
	require.Equal(t, []int64{2, 1}, f.home(t, 1))
}

func TestT1TheFeedsOfPopularAuthorsFollowersHaveTheirPosts(t *testing.T) {
	t.Parallel()
	f := start(t, func(cfg *config.Config) { cfg.FeedFanoutLimit = 1 })
	f.follow(t, 1, 2, 4)
	f.follow(t, 3, 2)
	require.Empty(t, f.home(t, 1))
	require.Empty(t, f.home(t, 3))
	f.write(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)}) // two followers
	f.write(t, contenttest.Post{ID: 2, Author: 4, CreatedAt: minutes(2)}) // one
	eventually(t, "both posts are in the feed", func() bool { return len(f.home(t, 1)) == 2 })
	require.Equal(t, []int64{2, 1}, f.home(t, 1))
	require.Equal(t, []int64{1}, f.home(t, 3))
}

func TestT1OneWhoLeftIsNoLongerInTheFeed(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2, 3)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)}, contenttest.Post{ID: 2, Author: 3, CreatedAt: minutes(2)})
	require.Equal(t, []int64{2, 1}, f.home(t, 1))
	f.member.Leave(3) // and the version of member 1's followings is not told
	at := activityrecord.Timestamp(now())
	f.publish(t, &activityv1.MemberActivityEvent{
		Type: activityrecord.MemberDeactivate, MemberId: 3, Version: 2, OccurredAt: at,
		State: &activityv1.MemberActivityEvent_Member{Member: &activityv1.MemberState{CreatedAt: at, UpdatedAt: at}},
	})
	eventually(t, "its posts are gone", func() bool { return slices.Equal([]int64{1}, f.home(t, 1)) })
}

func TestT1AFollowWhoseVersionGotLostIsHealedByItsEvent(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 3, CreatedAt: minutes(1)})
	require.Empty(t, f.home(t, 1))
	version := f.member.Follow(1, 3)
	require.Empty(t, f.home(t, 1), "Redis was not told")
	f.publish(t, &activityv1.MemberActivityEvent{
		Type: activityrecord.MemberFollow, MemberId: 1, Version: 1, OccurredAt: activityrecord.Timestamp(now()),
		State: &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{TargetMemberId: 3, Following: true}},
	})
	eventually(t, "the feed was built again", func() bool {
		f.home(t, 1) // built for a version that Redis does not know yet
		f.setVersion(t, 1, version)
		return slices.Equal([]int64{1}, f.home(t, 1))
	})
}

// Redis is asked once, for the token, the feed, its posts and the reader's likes;
// MySQL and member for nothing.
func TestT1AWarmPageCostsOneTripToRedisAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, followings := range []int{0, 1, 100, 1000} {
		t.Run(strconv.Itoa(followings), func(t *testing.T) {
			t.Parallel()
			f := start(t)
			var targets []int64
			for id := range int64(followings) {
				targets = append(targets, 100+id)
				f.AddPosts(t, contenttest.Post{ID: id + 1, Author: 100 + id, CreatedAt: minutes(int(id))})
			}
			f.member.Join(targets...)
			f.follow(t, 1, targets...)
			const session = 77
			require.NoError(t, f.service.redis.Conn().Set(t.Context(), auth.SessionKey(session), auth.SessionLive, 0).Err())
			request := func() {
				asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+"/api/timeline"+home, nil)
				require.NoError(t, err)
				f.member.Issuer.Authorize(asked, 1, authtest.Session(session))
				response, err := http.DefaultClient.Do(asked)
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				require.Equal(t, http.StatusOK, response.StatusCode)
			}
			request() // builds the feed
			request() // stores its posts
			trips, queries, calls := countTrips(f.service.redis.Conn()), countQueries(t, f.service.pool.DB(t.Context())), f.member.Calls.Load()
			request()
			require.EqualValues(t, 1, trips.Load())
			require.Zero(t, queries.Load())
			require.Equal(t, calls, f.member.Calls.Load())
		})
	}
}

// trips counts commands and pipelines, which are a round trip each.
type trips struct{ *atomic.Int64 }

func countTrips(client *redis.Client) trips {
	counted := trips{new(atomic.Int64)}
	client.AddHook(counted)
	return counted
}

func (c trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		c.Add(1)
		return next(ctx, command)
	}
}

func (c trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		c.Add(1)
		return next(ctx, commands)
	}
}

func countQueries(t *testing.T, db *gorm.DB) *atomic.Int64 {
	t.Helper()
	var counted atomic.Int64
	require.NoError(t, db.Callback().Row().Before("gorm:row").Register("count", func(*gorm.DB) { counted.Add(1) }))
	return &counted
}

// A feed stores the newest 800; what is older comes from MySQL without a seam.
func TestT1GoesOnBehindTheStoredFeed(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2, 3)
	var posts []contenttest.Post
	for id := range int64(1000) {
		posts = append(posts, contenttest.Post{ID: id + 1, Author: 2 + id%2, CreatedAt: minutes(int(id / 7))})
	}
	f.AddPosts(t, posts...)
	var byCursor, byNumber []int64
	for path := home + "?size=90"; ; {
		page := f.posts(t, 1, path)
		byCursor = append(byCursor, postIDs(page.Content)...)
		if !page.HasNext {
			break
		}
		path = home + "?size=90&cursor=" + *page.NextCursor
	}
	for number := 0; ; number++ {
		page := f.posts(t, 1, fmt.Sprintf("%s?size=90&page=%d", home, number))
		byNumber = append(byNumber, postIDs(page.Content)...)
		if !page.HasNext {
			break
		}
	}
	for i := range 1000 {
		require.EqualValues(t, 1000-i, byCursor[i])
	}
	require.Equal(t, byCursor, byNumber)
}

func TestT1AFeedThatRedisLostIsBuiltAgain(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	require.Equal(t, []int64{1}, f.home(t, 1))
	require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
	require.Equal(t, []int64{1}, f.home(t, 1))
	require.NoError(t, rebuild(t.Context(), f.cfg, nil))
	require.Equal(t, []int64{1}, f.home(t, 1))
	f.write(t, contenttest.Post{ID: 2, Author: 2, CreatedAt: minutes(2)})
	eventually(t, "it is pushed to again", func() bool { return len(f.home(t, 1)) == 2 })
}

func TestT1IsOneFeedOnTwoReplicas(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2)
	f.AddPosts(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	first := f.url
	require.Equal(t, []int64{1}, f.home(t, 1))
	f.join(t)
	second := f.url
	f.write(t, contenttest.Post{ID: 2, Author: 2, CreatedAt: minutes(2)})
	for _, url := range []string{first, second, first} {
		f.url = url
		eventually(t, "each replica shows it", func() bool { return slices.Equal([]int64{2, 1}, f.home(t, 1)) })
	}
	page := f.posts(t, 1, home+"?size=1")
	f.url = second
	require.Equal(t, []int64{1}, postIDs(f.posts(t, 1, home+"?size=1&cursor="+*page.NextCursor).Content), "a cursor of another replica")
}
