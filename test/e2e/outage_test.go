package e2e_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// The tests of this file take parts of the fleet away, one after the other and
// after all others: a test is parallel only where it does not mind.

func TestWithKafkaAwayWritesWorkAndTheirEventsComeLater(t *testing.T) { //nolint:paralleltest // takes Kafka away from all
	writer, reader := someone(t), someone(t)
	reader.follow(t, writer)
	within(t, 20*time.Second, "the follow is recorded", func() bool { return containsAll(reader.activities(t), "MEMBER_FOLLOW") })
	back := away(t, "kafka")
	var posts []int64
	for i := range 20 {
		began := time.Now()
		posts = append(posts, writer.post(t, fmt.Sprint("카프카 없이 ", i)).ID)
		require.Less(t, time.Since(began), 5*time.Second, "a write does not wait for Kafka")
	}
	mine, err := writer.timeline.ListMyPosts(t.Context(), timelinerest.ListMyPostsParams{})
	require.NoError(t, err)
	require.Equal(t, posts[len(posts)-1], mine.Content[0].ID)
	back()
	within(t, time.Minute, "every event arrives", func() bool {
		return len(only(writer.activities(t), "POST_CREATE")) == len(posts)
	})
	within(t, 20*time.Second, "the follower sees the posts", func() bool { return len(reader.feed(t)) == len(posts) })
}

func TestWithMemberAwayHoldersOfATokenReadAndWrite(t *testing.T) { //nolint:paralleltest // takes member away from all
	me := someone(t)
	before := me.post(t, "전")
	away(t, "member")
	after := me.post(t, "후")
	page, err := me.timeline.ListMyPosts(t.Context(), timelinerest.ListMyPostsParams{})
	require.NoError(t, err)
	require.Equal(t, []int64{after.ID, before.ID}, []int64{page.Content[0].ID, page.Content[1].ID})
	_, err = me.content.LikePost(t.Context(), before.ID)
	require.NoError(t, err)
}

func TestWithSearchImageAndActivityAwayTheFeedGoesOn(t *testing.T) { //nolint:paralleltest // takes services away from all
	writer, reader := someone(t), someone(t)
	reader.follow(t, writer)
	for _, part := range []string{"search", "image", "activity"} {
		away(t, part)
	}
	post := writer.post(t, "그래도")
	within(t, 5*time.Second, "the post is in the feed", func() bool { return slices.Contains(reader.feed(t), post.ID) })
}

// Content is killed again and again while clients write and repeat what got no
// answer, with the key of the first try. Afterwards each post is there once,
// and so is its event.
func TestAWriterThatIsKilledLosesAndDoublesNothing(t *testing.T) { //nolint:paralleltest // kills content under all
	me := someone(t)
	const writers, each = 4, 12
	var mu sync.Mutex
	acknowledged := map[int64]string{}
	var done sync.WaitGroup
	for w := range writers {
		done.Go(func() {
			for i := range each {
				text := fmt.Sprintf("%d-%d", w, i)
				post, err := insist(func(key string) (contentrest.Post, error) {
					return me.content.CreatePost(t.Context(), contentrest.WritePostRequest{Content: text}, rest.IdempotencyKey(key))
				}, me.handle+text)
				if err != nil {
					t.Errorf("post %s: %v", text, err)
					return
				}
				mu.Lock()
				acknowledged[post.ID] = text
				mu.Unlock()
			}
		})
	}
	for range 4 {
		kill(t, "content")
	}
	done.Wait()
	require.Len(t, acknowledged, writers*each, "every acknowledged post has an id of its own")
	size := 100
	page, err := me.timeline.ListMyPosts(t.Context(), timelinerest.ListMyPostsParams{Size: &size})
	require.NoError(t, err)
	stored := map[int64]string{}
	for _, p := range page.Content {
		stored[p.ID] = p.Content
	}
	require.Equal(t, acknowledged, stored)
	within(t, time.Minute, "every post's event is applied once", func() bool {
		return len(only(me.activities(t), "POST_CREATE")) == writers*each
	})
}

// insist repeats a call with one key until it is answered.
func insist[T any](call func(key string) (T, error), key string) (T, error) {
	deadline := time.Now().Add(time.Minute)
	for {
		result, err := call(key)
		code := refused(err)
		if err == nil || (code != "" && code != "SERVICE_UNAVAILABLE" && code != "REQUEST_IN_PROGRESS" && code != "DEADLINE_EXCEEDED") || time.Now().After(deadline) {
			return result, err
		}
	}
}

func only(all []string, wanted string) (kept []string) {
	for _, one := range all {
		if one == wanted {
			kept = append(kept, one)
		}
	}
	return kept
}

func TestAKilledStoreOrServiceComesBackWithoutHelp(t *testing.T) { //nolint:paralleltest // kills parts under all
	me := someone(t)
	for _, part := range []string{"redis", "mysql", "timeline"} {
		kill(t, part)
		within(t, 30*time.Second, "reads and writes work again after "+part+" was killed", func() bool {
			post, err := me.content.CreatePost(t.Context(), contentrest.WritePostRequest{Content: part})
			if err != nil {
				return false
			}
			_, err = me.timeline.GetPost(t.Context(), post.ID)
			return err == nil
		})
	}
}
