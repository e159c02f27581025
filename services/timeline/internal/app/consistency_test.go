package app

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
)

// town is what members did, as the test remembers it.
type town struct {
	mu       sync.Mutex
	posts    map[int64]contenttest.Post
	follows  map[[2]int64]bool
	versions map[[2]int64]int64
}

// wanted is the home feed of a member.
func (w *town) wanted(member int64) []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var posts []contenttest.Post
	for _, post := range w.posts {
		if w.follows[[2]int64{member, post.Author}] {
			posts = append(posts, post)
		}
	}
	slices.SortFunc(posts, func(a, b contenttest.Post) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return int(b.ID - a.ID)
	})
	ids := []int64{}
	for _, post := range posts {
		ids = append(ids, post.ID)
	}
	return ids
}

// While members write, delete, follow, unfollow and read at once, on two
// replicas, with authors above and below the limit of pushing, and a Redis that
// forgets now and then, feeds may be a little behind. When all is quiet, each is
// what the database says. In the second part nobody follows and nothing is
// forgotten: there events alone keep the feeds.
func TestT1EveryFeedEqualsTheDatabaseWhenAllIsQuiet(t *testing.T) {
	t.Parallel()
	const turns = 60
	f := start(t, func(cfg *config.Config) { cfg.FeedFanoutLimit = 3 })
	f.join(t)
	w := &town{posts: map[int64]contenttest.Post{}, follows: map[[2]int64]bool{}, versions: map[[2]int64]int64{}}
	for part, acts := range [][]act{
		{write, write, write, remove, toggle, toggle, look, look, look, forget}, {write, write, remove, look},
	} {
		var living sync.WaitGroup
		for member := range int64(townsfolk) {
			living.Go(func() {
				random := rand.New(rand.NewPCG(uint64(part), uint64(member)))
				for turn := range int64(turns) {
					id := int64(part)*turns*townsfolk + turn*townsfolk + member + 1
					acts[random.IntN(len(acts))](t, f, w, random, member+1, id)
				}
			})
		}
		living.Wait()
		for member := range int64(townsfolk) {
			eventually(t, "the feed is what the database says", func() bool {
				return slices.Equal(w.wanted(member+1), f.wholeHome(t, member+1))
			})
		}
	}
}

const townsfolk = 8

// act is one thing that a member does; id is for what it makes.
type act func(t *testing.T, f *fleet, w *town, random *rand.Rand, member, id int64)

func write(t *testing.T, f *fleet, w *town, random *rand.Rand, member, id int64) {
	t.Helper()
	post := contenttest.Post{ID: id, Author: member, CreatedAt: minutes(random.IntN(20))}
	w.mu.Lock()
	w.posts[post.ID] = post
	w.mu.Unlock()
	f.write(t, post)
}

func look(t *testing.T, f *fleet, _ *town, _ *rand.Rand, member, _ int64) {
	t.Helper()
	f.posts(t, member, home)
}

func forget(t *testing.T, f *fleet, _ *town, random *rand.Rand, member, _ int64) {
	t.Helper()
	keys := []string{"timeline:api:posts:not_pushed", "timeline:api:posts:followings_recent_posts:" + strconv.FormatInt(member, 10)}
	require.NoError(t, f.service.redis.Conn().Del(context.Background(), keys[random.IntN(len(keys))]).Err())
}

// toggle follows or unfollows, as member does it.
func toggle(t *testing.T, f *fleet, w *town, random *rand.Rand, member, _ int64) {
	t.Helper()
	other := 1 + random.Int64N(townsfolk)
	if other == member {
		return
	}
	pair := [2]int64{member, other}
	w.mu.Lock()
	w.follows[pair] = !w.follows[pair]
	w.versions[pair]++
	following, version := w.follows[pair], w.versions[pair]
	w.mu.Unlock()
	event := &activityv1.MemberActivityEvent{
		Type: activityrecord.MemberUnfollow, MemberId: member, Version: version, OccurredAt: activityrecord.Timestamp(now()),
		State: &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{TargetMemberId: other, Following: following}},
	}
	if following {
		event.Type = activityrecord.MemberFollow
		f.follow(t, member, other)
	} else {
		f.unfollow(t, member, other)
	}
	f.publish(t, event)
}

// remove deletes a post of the member, as content does it.
func remove(t *testing.T, f *fleet, w *town, _ *rand.Rand, member, _ int64) {
	t.Helper()
	w.mu.Lock()
	var doomed contenttest.Post
	for _, post := range w.posts {
		if post.Author == member {
			doomed = post
		}
	}
	delete(w.posts, doomed.ID)
	w.mu.Unlock()
	if doomed.ID == 0 {
		return
	}
	f.DeletePost(t, doomed.ID)
	event := created(doomed)
	event.Type, event.Version = activityrecord.PostDelete, 2
	event.GetPost().Content, event.GetPost().Deleted = "", true
	f.publish(t, event)
}

func (f *fleet) wholeHome(t *testing.T, member int64) []int64 {
	t.Helper()
	ids := []int64{}
	for path := home + "?size=30"; ; {
		page := f.posts(t, member, path)
		ids = append(ids, postIDs(page.Content)...)
		if !page.HasNext {
			return ids
		}
		path = home + "?size=30&cursor=" + *page.NextCursor
	}
}
