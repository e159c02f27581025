package testenv_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// pair is the same documents twice: with indexes, and without.
type pair struct{ indexed, plain *mongo.Collection }

func newPair(t *testing.T, database testenv.MongoDatabase) pair {
	t.Helper()
	d := documents(t, database).Database()
	p := pair{d.Collection("indexed"), d.Collection("plain")}
	_, err := p.indexed.Indexes().CreateMany(t.Context(), []mongo.IndexModel{
		{Keys: bson.D{{Key: "key", Value: 1}}, Options: options.Index().SetUnique(true)},
		{Keys: bson.D{{Key: "words", Value: 1}, {Key: "at", Value: -1}}},
		{Keys: bson.D{{Key: "owner", Value: 1}}},
		{Keys: bson.D{{Key: "gone", Value: 1}}},
	})
	require.NoError(t, err)
	return p
}

// someWord is one of a few, so that queries find something.
func someWord(r *rand.Rand) string { return string(rune('a' + r.IntN(6))) }

func someDocument(r *rand.Rand) bson.D {
	words := bson.A{}
	for range r.IntN(4) {
		words = append(words, someWord(r))
	}
	var gone any
	if r.IntN(3) == 0 {
		gone = r.IntN(2) == 0
	}
	number := r.IntN(5)
	var owner any = int64(number)
	if r.IntN(2) == 0 {
		owner = int32(number) // the same number
	}
	return bson.D{{Key: "words", Value: words}, {Key: "owner", Value: owner}, {Key: "at", Value: r.IntN(9)}, {Key: "gone", Value: gone}}
}

func someFilter(r *rand.Rand) bson.D {
	one := []bson.E{
		{Key: "key", Value: r.IntN(40)},
		{Key: "key", Value: bson.D{{Key: "$in", Value: bson.A{r.IntN(40), r.IntN(40)}}}},
		{Key: "key", Value: bson.D{{Key: "$gt", Value: r.IntN(40)}}},
		{Key: "words", Value: someWord(r)},
		{Key: "words", Value: bson.A{someWord(r)}},
		{Key: "words", Value: bson.D{{Key: "$all", Value: bson.A{someWord(r), someWord(r)}}}},
		{Key: "words", Value: bson.D{{Key: "$in", Value: bson.A{someWord(r), someWord(r)}}}},
		{Key: "owner", Value: r.IntN(5)},
		{Key: "owner", Value: bson.D{{Key: "$in", Value: bson.A{r.IntN(5), nil}}}},
		{Key: "at", Value: bson.D{{Key: "$lt", Value: r.IntN(9)}}},
		{Key: "gone", Value: nil},
		{Key: "gone", Value: bson.D{{Key: "$ne", Value: nil}}},
		{Key: "gone", Value: true},
		{Key: "$or", Value: bson.A{bson.D{{Key: "owner", Value: r.IntN(5)}}, bson.D{{Key: "words", Value: someWord(r)}}}},
	}
	filter := bson.D{}
	for range 1 + r.IntN(2) {
		e := one[r.IntN(len(one))]
		if len(filter) == 0 || filter[0].Key != e.Key {
			filter = append(filter, e)
		}
	}
	return filter
}

// change does the same to both; what one refuses, the other must refuse too.
func (p pair) change(t *testing.T, r *rand.Rand, id int) {
	t.Helper()
	filter, document := someFilter(r), someDocument(r)
	set := bson.D{{Key: "$set", Value: document}}
	kind := r.IntN(4)
	do := func(c *mongo.Collection) (err error) {
		switch kind {
		case 0:
			_, err = c.InsertOne(t.Context(), append(bson.D{{Key: "_id", Value: id}, {Key: "key", Value: id % 40}}, document...))
		case 1:
			_, err = c.UpdateMany(t.Context(), filter, set)
		case 2:
			_, err = c.UpdateOne(t.Context(), bson.D{{Key: "key", Value: id % 40}, {Key: "at", Value: bson.D{{Key: "$lt", Value: 5}}}}, set)
		default:
			_, err = c.DeleteMany(t.Context(), bson.D{{Key: "$and", Value: bson.A{filter, bson.D{{Key: "at", Value: 0}}}}})
		}
		return err
	}
	err := do(p.indexed)
	if kind == 0 && mongo.IsDuplicateKeyError(err) {
		return // the other has no index that would refuse it
	}
	require.NoError(t, err)
	require.NoError(t, do(p.plain))
}

func (p pair) compare(t *testing.T, r *rand.Rand) {
	t.Helper()
	filter := someFilter(r)
	ask := func(c *mongo.Collection) (found []bson.M, n int64) {
		cursor, err := c.Find(t.Context(), filter, options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}))
		require.NoError(t, err)
		require.NoError(t, cursor.All(t.Context(), &found))
		n, err = c.CountDocuments(t.Context(), filter)
		require.NoError(t, err)
		var counted struct {
			N int64 `bson:"n"`
		}
		count := bson.D{{Key: "count", Value: c.Name()}, {Key: "query", Value: filter}}
		require.NoError(t, c.Database().RunCommand(t.Context(), count).Decode(&counted))
		require.Equal(t, n, counted.N)
		return found, n
	}
	want, wanted := ask(p.plain)
	got, n := ask(p.indexed)
	require.Equal(t, want, got, "%v", filter)
	require.Equal(t, wanted, n, "%v", filter)
}

func TestIndexesOfMongoChangeNoAnswer(t *testing.T) {
	t.Parallel()
	_, kept := testenv.OwnMongo(t)
	for name, database := range map[string]testenv.MongoDatabase{"in memory": testenv.Mongo(t), "on disk": kept} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, 11))
			p := newPair(t, database)
			for id := range 600 {
				p.change(t, r, id)
				p.compare(t, r)
			}
		})
	}
}

func TestOwnMongoFindsByItsIndexesWhenKilled(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	r := rand.New(rand.NewPCG(3, 5))
	p := newPair(t, database)
	for id := range 100 {
		p.change(t, r, id)
	}
	require.NoError(t, server.Restart(t.Context()))
	p = newPair(t, database) // its connections broke
	for id := range 100 {
		p.change(t, r, 100+id)
		p.compare(t, r)
	}
}
