// Package mongostore keeps the search documents in MongoDB.
//
// A document is the text as package terms analyzes it: its index terms under a
// multikey index together with the time, so that a look-up of a word walks its
// documents newest first and costs what that word costs; the frequencies that
// are not 1, so that short words are ranked without their texts; and the folded
// body, in which longer words and phrases are verified. Nothing asks the server
// for more than MongoDB 5 has and the stand-in too: no $text, no pipelines in
// updates, no transactions.
package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// The collections.
const (
	posts    = "search_posts"
	comments = "search_comments"
	rebuilds = "search_rebuilds"
)

// shelf is where the documents of a kind are.
type shelf struct {
	kind       search.Kind
	collection string
	key        string
}

func shelfOf(kind search.Kind) shelf {
	if kind == search.Comments {
		return shelf{kind, comments, "comment_pk"}
	}
	return shelf{kind, posts, "post_pk"}
}

// indexes of a shelf: by key, by words and by author newest first, the newest of
// all (what ranking is measured on), and tombstones by age.
func (s shelf) indexes() []mongo.Index {
	newest := []string{"-created_at", "-" + s.key}
	by := func(field string) mongo.Index {
		return mongo.Index{Collection: s.collection, Keys: append([]string{field}, newest...)}
	}
	return []mongo.Index{
		{Collection: s.collection, Keys: []string{s.key}, Unique: true},
		by("terms"),
		by("author_id"),
		{Collection: s.collection, Keys: newest},
		{Collection: s.collection, Keys: []string{"gone_at"}},
	}
}

// Indexes are what the queries of this package rely on; `migrate` makes them.
func Indexes() []mongo.Index {
	all := append(shelfOf(search.Posts).indexes(), shelfOf(search.Comments).indexes()...)
	return append(all, mongo.Index{Collection: comments, Keys: []string{"post_id", "-created_at", "-comment_pk"}})
}

// Store implements the ports of the domain.
type Store struct {
	client *mongo.Client
	now    search.Clock
}

var (
	_ search.Projection = (*Store)(nil)
	_ search.Index      = (*Store)(nil)
	_ search.Progress   = (*Store)(nil)
)

// New keeps documents in client's database.
func New(client *mongo.Client, now search.Clock) *Store { return &Store{client: client, now: now} }

// stamp is the time to the precision of the store.
func (s *Store) stamp() time.Time { return toStored(s.now()) }

// toStored is t as MongoDB keeps it: UTC, in milliseconds.
func toStored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func (s *Store) collection(name string) *driver.Collection { return s.client.Collection(name) }

// fault says what was being done when err came.
func fault(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, mongo.Fault(ctx, err))
}

// ForgetDeletions removes at most limit tombstones of each kind from before that
// time: no event is old enough to bring the dead back. It returns how many.
func (s *Store) ForgetDeletions(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	for _, collection := range []string{posts, comments} {
		n, err := s.forget(ctx, collection, before, limit)
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// forget works in two steps, because a deletion takes no limit.
func (s *Store) forget(ctx context.Context, collection string, before time.Time, limit int) (int, error) {
	old := bson.D{{Key: "gone_at", Value: bson.D{{Key: "$lt", Value: toStored(before)}}}}
	cursor, err := s.collection(collection).Find(ctx, old, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return 0, fault(ctx, "find tombstones of "+collection, err)
	}
	var found []struct {
		ID bson.ObjectID `bson:"_id"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return 0, fault(ctx, "find tombstones of "+collection, err)
	}
	if len(found) == 0 {
		return 0, nil
	}
	ids := make([]bson.ObjectID, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	result, err := s.collection(collection).DeleteMany(ctx, append(old, in("_id", ids)))
	if err != nil {
		return 0, fault(ctx, "remove tombstones of "+collection, err)
	}
	return int(result.DeletedCount), nil
}

func in(field string, values any) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$in", Value: values}}}
}

func isOneOf[ID ~int64](ids []ID) bson.A {
	values := make(bson.A, len(ids))
	for i, id := range ids {
		values[i] = int64(id)
	}
	return values
}
