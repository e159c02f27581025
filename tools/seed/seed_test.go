package seed_test

import (
	"net/http"
	"regexp"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/tools/feedtest"
	"github.com/dailyfeed/dailyfeed/tools/seed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const demo = "demo@dailyfeed.local"

func TestAPlanIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	first := seed.NewPlan(seed.Large, demo)
	again := seed.NewPlan(seed.Large, demo)
	require.Equal(t, first, again)
}

func TestALargerPlanOnlyAdds(t *testing.T) {
	t.Parallel()
	small, large := seed.NewPlan(1, demo), seed.NewPlan(3, demo)
	require.Equal(t, small.People, large.People[:len(small.People)])
	require.Equal(t, small.Posts, large.Posts[:len(small.Posts)])
	require.Equal(t, small.Follows, large.Follows[:len(small.Follows)])
	require.Equal(t, small.Comments, large.Comments[:len(small.Comments)])
	require.Equal(t, small.Likes, large.Likes[:len(small.Likes)])
	require.Len(t, small.People, 12)
	require.Len(t, small.Posts, 60)
	require.Len(t, large.Posts, 180)
}

func TestAPlanKeepsTheRulesOfTheContract(t *testing.T) {
	t.Parallel()
	p := seed.NewPlan(seed.Large, demo)
	require.Equal(t, demo, p.People[0].Email)
	handles, said := map[string]bool{}, map[seed.Post]bool{}
	for _, person := range p.People {
		require.Regexp(t, `^[A-Za-z0-9_]{3,50}$`, person.Handle)
		require.LessOrEqual(t, utf8.RuneCountInString(person.MemberName), 30)
		require.GreaterOrEqual(t, utf8.RuneCountInString(person.MemberName), 2)
		require.False(t, handles[person.Handle], person.Handle)
		handles[person.Handle] = true
	}
	for _, post := range p.Posts {
		require.LessOrEqual(t, utf8.RuneCountInString(post.Title), 100)
		key := seed.Post{Author: post.Author, Content: post.Content}
		require.False(t, said[key], "a second run knows a post by its text: %q", post.Content)
		said[key] = true
	}
	for _, follow := range p.Follows {
		require.NotEqual(t, follow.Who, follow.What)
	}
}

func TestAPlanIsKoreanAndEnglish(t *testing.T) {
	t.Parallel()
	hangul := regexp.MustCompile(`\p{Hangul}`)
	korean := 0
	p := seed.NewPlan(seed.Small, demo)
	for _, post := range p.Posts {
		if hangul.MatchString(post.Content) {
			korean++
		}
	}
	require.Greater(t, korean, len(p.Posts)/4)
	require.Less(t, korean, len(p.Posts)*3/4)
}

func TestApplyMakesThePlanAndASecondRunAddsNothing(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	config := seed.Config{Edge: feed.URL, Plan: seed.NewPlan(2, demo), Password: "Demo!1abc"}

	added, err := seed.Apply(t.Context(), config)
	require.NoError(t, err)
	p := config.Plan
	want := map[string]int{
		"members": len(p.People), "pictures": len(p.People), "follows": len(p.Follows),
		"posts": len(p.Posts), "comments": len(p.Comments), "likes": len(p.Likes),
	}
	require.Equal(t, want, feed.Counts())
	require.EqualValues(t, len(p.Posts), added.Posts)

	added, err = seed.Apply(t.Context(), config)
	require.NoError(t, err)
	require.Equal(t, seed.Added{}, added)
	require.Equal(t, want, feed.Counts())
}

func TestApplyGoesOnWhereItWasBrokenOff(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	var writes atomic.Int32
	feed.Broken = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || writes.Add(1) != 120 {
			return false
		}
		feedtest.Refuse(w, r, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE")
		return true
	}
	config := seed.Config{Edge: feed.URL, Plan: seed.NewPlan(seed.Small, demo), Password: "Demo!1abc"}
	_, err := seed.Apply(t.Context(), config)
	require.ErrorContains(t, err, "SERVICE_UNAVAILABLE")

	_, err = seed.Apply(t.Context(), config)
	require.NoError(t, err)
	require.Equal(t, len(config.Plan.Posts), feed.Counts()["posts"])
	require.Equal(t, len(config.Plan.Comments), feed.Counts()["comments"])
}

func TestApplyWaitsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	var refused atomic.Bool
	feed.Broken = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/posts" || refused.Swap(true) {
			return false
		}
		w.Header().Set("Retry-After", "1")
		feedtest.Refuse(w, r, http.StatusTooManyRequests, "TOO_MANY_REQUESTS")
		return true
	}
	_, err := seed.Apply(t.Context(), seed.Config{Edge: feed.URL, Plan: seed.NewPlan(seed.Small, demo), Password: "Demo!1abc"})
	require.NoError(t, err)
	require.True(t, refused.Load())
}
