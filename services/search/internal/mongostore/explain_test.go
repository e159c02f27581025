package mongostore

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// commandNotFound is how a server answers a command that it does not have.
const commandNotFound = 59

// openOn is open, on the server that MONGODB_URI names where it does.
func openOn(t *testing.T) *house {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		return open(t)
	}
	h := &house{at: written}
	client, err := mongo.Open(mongo.Config{URI: uri, Database: "dailyfeed_explain_test"})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = client.Collection(posts).Database().Drop(t.Context())
		_ = client.Close()
	})
	_, err = client.EnsureIndexes(t.Context(), Indexes())
	require.NoError(t, err)
	h.Store = New(client, h.now)
	return h
}

// On MongoDB a look-up walks the index on terms, newest first, and reads only the
// documents of one word; the stand-in has neither plans nor such indexes, and
// then the test says so and holds it to having none.
func TestALookUpWalksTheIndexOfOneWordNewestFirst(t *testing.T) {
	t.Parallel()
	h := openOn(t)
	var all []search.Post
	for id := range int64(500) {
		text := "한강"
		if id%50 == 0 {
			text = "한강 두루미"
		}
		all = append(all, post(id+1, 1, text))
	}
	require.NoError(t, h.ApplyPosts(t.Context(), all))
	selection := search.Selection{Terms: []string{"두루", "한강"}}
	var plan struct {
		Planner bson.D `bson:"queryPlanner"`
		Stats   bson.D `bson:"executionStats"`
	}
	err := h.collection(posts).Database().RunCommand(t.Context(), bson.D{
		{Key: "explain", Value: bson.D{
			{Key: "find", Value: posts},
			{Key: "filter", Value: filterOf(selection)},
			{Key: "sort", Value: newestFirst(shelfOf(search.Posts))},
			{Key: "projection", Value: projectionOf(shelfOf(search.Posts), selection)},
		}},
		{Key: "verbosity", Value: "executionStats"},
	}).Decode(&plan)
	var refused driver.CommandError
	if errors.As(err, &refused) && (refused.HasErrorCode(commandNotFound) || refused.Code == 0) {
		fmt.Println("the plan of a look-up was not seen: this server has no explain; give a MongoDB 7 or 8 as MONGODB_URI")
		require.Len(t, h.scan(t, search.Posts, selection), 10, "the answer is the same without the index")
		return
	}
	require.NoError(t, err)
	text, err := bson.MarshalExtJSON(plan.Planner, false, false)
	require.NoError(t, err)
	require.Contains(t, string(text), `"indexName":"terms_1_created_at_-1_post_pk_-1"`)
	require.Contains(t, string(text), `"isMultiKey":true`)
	winning, err := bson.MarshalExtJSON(section(plan.Planner, "winningPlan"), false, false)
	require.NoError(t, err)
	require.NotContains(t, string(winning), "COLLSCAN")
	require.NotContains(t, string(winning), `"stage":"SORT"`)
	stats, err := bson.MarshalExtJSON(plan.Stats, false, false)
	require.NoError(t, err)
	require.Contains(t, string(stats), `"totalDocsExamined":10`, "only those of the rarer word")
}

func section(d bson.D, key string) any {
	for _, e := range d {
		if e.Key == key {
			return e.Value
		}
	}
	return bson.D{}
}
