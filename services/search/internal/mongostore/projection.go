package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
)

// change is what one document becomes, if that is newer than what is there.
type change struct {
	id       int64
	version  int64
	document any
}

// ApplyPosts implements search.Projection.
func (s *Store) ApplyPosts(ctx context.Context, list []search.Post) error {
	list = newest(list, func(p search.Post) (search.PostID, int64) { return p.ID, p.Version })
	now := s.stamp()
	changes := make([]change, len(list))
	var gone []search.PostID
	for i, p := range list {
		changes[i] = change{int64(p.ID), p.Version, fromPost(p, now)}
		if p.Deleted {
			gone = append(gone, p.ID)
		}
	}
	if err := s.apply(ctx, shelfOf(search.Posts), changes); err != nil {
		return err
	}
	return s.hideCommentsOf(ctx, isOneOf(gone))
}

// ApplyComments implements search.Projection. The posts are looked at after the
// comments are written, and ApplyPosts looks at the comments after the posts are:
// whichever is second sees the other.
func (s *Store) ApplyComments(ctx context.Context, list []search.Comment) error {
	list = newest(list, func(c search.Comment) (search.CommentID, int64) { return c.ID, c.Version })
	now := s.stamp()
	changes := make([]change, len(list))
	var on []search.PostID
	for i, c := range list {
		changes[i] = change{int64(c.ID), c.Version, fromComment(c, now)}
		if !slices.Contains(on, c.PostID) {
			on = append(on, c.PostID)
		}
	}
	if err := s.apply(ctx, shelfOf(search.Comments), changes); err != nil {
		return err
	}
	gone, err := s.gonePosts(ctx, on)
	if err != nil {
		return err
	}
	return s.hideCommentsOf(ctx, gone)
}

// newest leaves the highest version of each thing.
func newest[T any, ID comparable](list []T, of func(T) (ID, int64)) []T {
	highest := make(map[ID]int64, len(list))
	for _, item := range list {
		id, version := of(item)
		highest[id] = max(highest[id], version)
	}
	var left []T
	for _, item := range list {
		id, version := of(item)
		if highest[id] == version {
			left = append(left, item)
			highest[id] = -1 // the same version again is the same
		}
	}
	return left
}

// olderThan matches a document that the change is news for: an older version, or
// the same that was analyzed by older rules.
func (s shelf) olderThan(c change) bson.D {
	return bson.D{
		{Key: s.key, Value: c.id},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "version", Value: bson.D{{Key: "$lt", Value: c.version}}}},
			bson.D{{Key: "version", Value: c.version}, {Key: "analysis", Value: bson.D{{Key: "$lt", Value: terms.Version}}}},
		}},
	}
}

// writtenAtOnce bounds one command, so that a slow store is done with it before
// the client gives up, which would have it done again.
const writtenAtOnce = 25

// apply writes all changes that are news. An upsert whose document is not older
// would be a second one, which the unique index refuses: then it is old news, or
// another writer was first at a new document, and it is tried again as an update.
func (s *Store) apply(ctx context.Context, on shelf, changes []change) error {
	for some := range slices.Chunk(changes, writtenAtOnce) {
		refused, err := s.write(ctx, on, some, true)
		if err != nil {
			return err
		}
		if len(refused) == 0 {
			continue
		}
		if _, err = s.write(ctx, on, refused, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) write(ctx context.Context, on shelf, changes []change, upsert bool) (refused []change, err error) {
	models := make([]driver.WriteModel, len(changes))
	for i, c := range changes {
		models[i] = driver.NewUpdateOneModel().SetFilter(on.olderThan(c)).
			SetUpdate(bson.D{{Key: "$set", Value: c.document}}).SetUpsert(upsert)
	}
	_, err = s.collection(on.collection).BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	var told driver.BulkWriteException
	if err == nil || !errors.As(err, &told) {
		return nil, fault(ctx, "write "+on.collection, err)
	}
	if told.WriteConcernError != nil {
		return nil, fault(ctx, "write "+on.collection, err)
	}
	for _, e := range told.WriteErrors {
		if !driver.IsDuplicateKeyError(e) {
			return nil, fault(ctx, fmt.Sprintf("write %s %d", on.collection, changes[e.Index].id), err)
		}
		refused = append(refused, changes[e.Index])
	}
	return refused, nil
}

// gonePosts are those of ids that have a tombstone.
func (s *Store) gonePosts(ctx context.Context, ids []search.PostID) (bson.A, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cursor, err := s.collection(posts).Find(ctx,
		bson.D{in("post_pk", isOneOf(ids)), {Key: "gone_at", Value: bson.D{{Key: "$ne", Value: nil}}}},
		options.Find().SetProjection(bson.D{{Key: "post_pk", Value: 1}}))
	if err != nil {
		return nil, fault(ctx, "find deleted posts", err)
	}
	var found []struct {
		ID int64 `bson:"post_pk"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fault(ctx, "find deleted posts", err)
	}
	gone := make(bson.A, len(found))
	for i, f := range found {
		gone[i] = f.ID
	}
	return gone, nil
}

// hideCommentsOf makes tombstones of the comments of posts. Their versions stay:
// a later one of their own finds the post's tombstone again.
func (s *Store) hideCommentsOf(ctx context.Context, gone bson.A) error {
	if len(gone) == 0 {
		return nil
	}
	empty := noWords()
	_, err := s.collection(comments).UpdateMany(ctx,
		bson.D{in("post_id", gone), {Key: "gone_at", Value: nil}},
		bson.D{{Key: "$set", Value: struct {
			GoneAt any   `bson:"gone_at"`
			Words  words `bson:",inline"`
		}{s.stamp(), empty}}})
	return fault(ctx, "hide comments of deleted posts", err)
}
