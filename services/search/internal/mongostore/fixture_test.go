package mongostore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

var written = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// house is a store with its indexes, whose clock the test moves.
type house struct {
	*Store
	at time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	database := testenv.Mongo(t)
	client, err := mongo.Open(mongo.Config{URI: database.URI, Database: database.Database, Timeout: time.Minute})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return client.Ping(t.Context()) == nil }, time.Minute, 10*time.Millisecond)
	t.Cleanup(func() { _ = client.Close() })
	_, err = client.EnsureIndexes(t.Context(), Indexes())
	require.NoError(t, err)
	h := &house{at: written.Add(time.Hour)}
	h.Store = New(client, func() time.Time { return h.at })
	return h
}

func (h *house) one(t *testing.T, collection, key string, id int64) bson.M {
	t.Helper()
	var d bson.M
	require.NoError(t, h.collection(collection).FindOne(t.Context(), bson.D{{Key: key, Value: id}}).Decode(&d))
	return d
}

func post(id, version int64, text string) search.Post {
	return search.Post{
		ID: search.PostID(id), Version: version, AuthorID: 1, Content: text,
		CreatedAt: written.Add(time.Duration(id) * time.Second), UpdatedAt: written.Add(time.Duration(id+version) * time.Second),
	}
}

func comment(id, version, on int64, text string) search.Comment {
	return search.Comment{
		ID: search.CommentID(id), Version: version, PostID: search.PostID(on), AuthorID: 2, Content: text, CreatedAt: written, UpdatedAt: written,
	}
}

func deletedPost(id, version int64) search.Post {
	p := post(id, version, "")
	p.Deleted = true
	return p
}

// scan is the ids of a selection, in the order that they come.
func (h *house) scan(t *testing.T, kind search.Kind, selection search.Selection) []int64 {
	t.Helper()
	ids := []int64{}
	require.NoError(t, h.Scan(t.Context(), kind, selection, func(c search.Candidate) bool {
		ids = append(ids, c.ID)
		return true
	}))
	return ids
}
