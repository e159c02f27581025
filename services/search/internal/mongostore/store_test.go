package mongostore

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

func TestOnlyWhatIsNewerIsApplied(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, p := range []search.Post{post(1, 2, "둘째"), post(1, 1, "첫째"), post(1, 2, "둘째 또"), deletedPost(2, 3), post(2, 2, "늦은")} {
		require.NoError(t, h.ApplyPosts(t.Context(), []search.Post{p}))
	}
	d := h.one(t, posts, "post_pk", 1)
	require.EqualValues(t, 2, d["version"])
	require.Contains(t, d["terms"], "둘째")
	require.Nil(t, d["gone_at"])
	tombstone := h.one(t, posts, "post_pk", 2)
	require.Equal(t, bson.NewDateTimeFromTime(h.at), tombstone["gone_at"])
	require.Empty(t, tombstone["terms"])
	require.Empty(t, tombstone["body"])
}

func TestABatchMayHoldManyVersionsOfAThing(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.ApplyPosts(t.Context(), []search.Post{post(1, 1, "a"), post(1, 3, "b"), post(1, 2, "c"), post(1, 3, "b"), post(2, 1, "d")}))
	require.EqualValues(t, 3, h.one(t, posts, "post_pk", 1)["version"])
	require.NoError(t, h.ApplyPosts(t.Context(), nil))
	require.NoError(t, h.ApplyComments(t.Context(), nil))
}

func TestReplicasThatRaceLeaveTheHighestVersionOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	const things, versions = 10, 20
	var replicas errgroup.Group
	for range 4 {
		replicas.Go(func() error {
			for _, version := range rand.Perm(versions) {
				var batch []search.Post
				for id := range int64(things) {
					batch = append(batch, post(id+1, int64(version)+1, "글"))
				}
				if err := h.ApplyPosts(t.Context(), batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, replicas.Wait())
	n, err := h.collection(posts).CountDocuments(t.Context(), bson.D{{Key: "version", Value: versions}})
	require.NoError(t, err)
	require.EqualValues(t, things, n)
	all, err := h.collection(posts).CountDocuments(t.Context(), bson.D{})
	require.NoError(t, err)
	require.EqualValues(t, things, all)
}

func TestTheCommentsOfADeletedPostAreHiddenInAnyOrder(t *testing.T) {
	t.Parallel()
	steps := []func(h *house) error{
		func(h *house) error { return h.ApplyPosts(t.Context(), []search.Post{post(1, 1, "글")}) },
		func(h *house) error { return h.ApplyPosts(t.Context(), []search.Post{deletedPost(1, 2)}) },
		func(h *house) error {
			return h.ApplyComments(t.Context(), []search.Comment{comment(11, 1, 1, "댓글")})
		},
		func(h *house) error {
			return h.ApplyComments(t.Context(), []search.Comment{comment(11, 2, 1, "고친")})
		},
		func(h *house) error {
			return h.ApplyComments(t.Context(), []search.Comment{comment(12, 1, 2, "남은")})
		},
	}
	for range 8 {
		h := open(t)
		for _, i := range rand.Perm(len(steps)) {
			require.NoError(t, steps[i](h))
		}
		require.NotNil(t, h.one(t, comments, "comment_pk", 11)["gone_at"])
		require.EqualValues(t, 2, h.one(t, comments, "comment_pk", 11)["version"])
		require.Empty(t, h.scan(t, search.Comments, search.Selection{Post: 1}))
		require.Empty(t, h.scan(t, search.Comments, search.Selection{Terms: []string{"고친"}}))
		require.Equal(t, []int64{12}, h.scan(t, search.Comments, search.Selection{Terms: []string{"남은"}}))
	}
}

func TestWhatOlderRulesAnalyzedIsAnalyzedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.ApplyPosts(t.Context(), []search.Post{post(1, 1, "글")}))
	old := bson.D{{Key: "$set", Value: bson.D{{Key: "analysis", Value: 0}, {Key: "terms", Value: bson.A{}}}}}
	_, err := h.collection(posts).UpdateOne(t.Context(), bson.D{{Key: "post_pk", Value: 1}}, old)
	require.NoError(t, err)
	require.NoError(t, h.ApplyPosts(t.Context(), []search.Post{post(1, 1, "글")}))
	require.Equal(t, []int64{1}, h.scan(t, search.Posts, search.Selection{Terms: []string{"글"}}))
}

func TestAScanIsNewestFirstAndEndsWhenItIsTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	same := post(4, 1, "한강 자전거 한강")
	same.CreatedAt = post(3, 1, "").CreatedAt
	other := post(5, 1, "한강")
	other.AuthorID = 2
	require.NoError(t, h.ApplyPosts(t.Context(), []search.Post{post(1, 1, "한강"), post(3, 1, "한강 자전거"), post(2, 1, "자전거"), same, other}))
	require.Equal(t, []int64{5, 4, 3, 1}, h.scan(t, search.Posts, search.Selection{Terms: []string{"한강"}}))
	require.Equal(t, []int64{4, 3}, h.scan(t, search.Posts, search.Selection{Terms: []string{"자전", "한강"}}))
	require.Equal(t, []int64{5}, h.scan(t, search.Posts, search.Selection{Terms: []string{"한강"}, Author: 2}))
	require.Equal(t, []int64{4, 3, 2, 1}, h.scan(t, search.Posts, search.Selection{Author: 1}))
	var seen []search.Candidate
	selection := search.Selection{Terms: []string{"자전", "한강"}, Frequencies: []string{"한강", "자전"}}
	require.NoError(t, h.Scan(t.Context(), search.Posts, selection, func(c search.Candidate) bool {
		seen = append(seen, c)
		return false
	}))
	require.Equal(t, []search.Candidate{{ID: 4, CreatedAt: same.CreatedAt, Length: 3, Frequencies: []int{4, 1}}}, seen)
	require.NoError(t, h.Scan(t.Context(), search.Posts, search.Selection{Terms: []string{"자전", "한강"}, WithText: true}, func(c search.Candidate) bool {
		require.Equal(t, "\n 한강  자전거  한강 ", c.Body)
		return false
	}))
}

func TestTermsAreCountedUpToALimitAndLengthsMeasured(t *testing.T) {
	t.Parallel()
	h := open(t)
	measures, err := h.Measure(t.Context(), search.Posts)
	require.NoError(t, err)
	require.Zero(t, measures)
	require.NoError(t, h.ApplyPosts(t.Context(), []search.Post{post(1, 1, "한강"), post(2, 1, "한강 길"), post(3, 1, "한강 긴 길"), post(4, 1, "없는 말 넷 다")}))
	for most, want := range map[int]int{10: 3, 2: 2} {
		n, err := h.CountTerm(t.Context(), search.Posts, "한강", most)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	n, err := h.CountTerm(t.Context(), search.Posts, "$where", 10)
	require.NoError(t, err)
	require.Zero(t, n)
	measures, err = h.Measure(t.Context(), search.Posts)
	require.NoError(t, err)
	require.Equal(t, search.Measures{Documents: 4, AverageLength: 2.5}, measures)
}

func TestWithoutMongoDBEverythingFailsAsUnavailable(t *testing.T) {
	t.Parallel()
	client, err := mongo.Open(mongo.Config{URI: "mongodb://127.0.0.1:1", Database: "dailyfeed", Timeout: 100 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	s := New(client, time.Now)
	_, count := s.CountTerm(t.Context(), search.Posts, "a", 1)
	_, measure := s.Measure(t.Context(), search.Posts)
	_, load := s.LoadProgress(t.Context(), search.Posts)
	_, forget := s.ForgetDeletions(t.Context(), written, 1)
	for name, err := range map[string]error{
		"posts":    s.ApplyPosts(t.Context(), []search.Post{post(1, 1, "a")}),
		"comments": s.ApplyComments(t.Context(), []search.Comment{comment(1, 1, 1, "a")}),
		"scan":     s.Scan(t.Context(), search.Posts, search.Selection{}, func(search.Candidate) bool { return true }),
		"count":    count,
		"measure":  measure,
		"load":     load,
		"save":     s.SaveProgress(t.Context(), search.Posts, 1),
		"forget":   forget,
	} {
		require.True(t, mongo.IsUnavailable(err), "%s: %v", name, err)
	}
}
