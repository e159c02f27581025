package mongostore

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
)

const (
	scanBatch = 1000
	// measured is how many of the newest documents stand for all in length.
	measured = 1000
)

// Scan implements search.Index.
func (s *Store) Scan(ctx context.Context, kind search.Kind, selection search.Selection, visit func(search.Candidate) bool) error {
	on := shelfOf(kind)
	cursor, err := s.collection(on.collection).Find(ctx, filterOf(selection), options.Find().
		SetProjection(projectionOf(on, selection)).SetBatchSize(scanBatch).
		SetSort(newestFirst(on)))
	if err != nil {
		return fault(ctx, "scan "+on.collection, err)
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }() // its server forgets it anyway
	for cursor.Next(ctx) {
		candidate, err := readCandidate(cursor.Current, on, selection)
		if err != nil {
			return fmt.Errorf("decode document of %s: %w", on.collection, err)
		}
		if !visit(candidate) {
			return nil
		}
	}
	return fault(ctx, "scan "+on.collection, cursor.Err())
}

func newestFirst(on shelf) bson.D {
	return bson.D{{Key: "created_at", Value: -1}, {Key: on.key, Value: -1}}
}

// filterOf asks for the terms in their order, the rarest first: that is the one
// whose part of the index is walked. Tombstones have no terms.
func filterOf(selection search.Selection) bson.D {
	var filter bson.D
	if len(selection.Terms) > 0 {
		filter = append(filter, bson.E{Key: "terms", Value: bson.D{{Key: "$all", Value: selection.Terms}}})
	} else {
		filter = append(filter, bson.E{Key: "gone_at", Value: nil})
	}
	if selection.Author != 0 {
		filter = append(filter, bson.E{Key: "author_id", Value: int64(selection.Author)})
	}
	if selection.Post != 0 {
		filter = append(filter, bson.E{Key: "post_id", Value: int64(selection.Post)})
	}
	return filter
}

func projectionOf(on shelf, selection search.Selection) bson.D {
	fields := bson.D{{Key: "_id", Value: 0}, {Key: on.key, Value: 1}, {Key: "created_at", Value: 1}, {Key: "length", Value: 1}}
	if selection.WithText {
		return append(fields, bson.E{Key: "body", Value: 1}, bson.E{Key: "tags", Value: 1})
	}
	for _, term := range selection.Frequencies {
		fields = append(fields, bson.E{Key: "frequencies." + term, Value: 1}) // terms have neither dots nor dollars
	}
	return fields
}

// CountTerm implements search.Index. The count command answers from the index.
func (s *Store) CountTerm(ctx context.Context, kind search.Kind, term string, most int) (int, error) {
	collection := s.collection(shelfOf(kind).collection)
	var answer struct {
		N int `bson:"n"`
	}
	err := collection.Database().RunCommand(ctx, bson.D{
		{Key: "count", Value: collection.Name()},
		{Key: "query", Value: bson.D{{Key: "terms", Value: term}}},
		{Key: "limit", Value: most},
	}).Decode(&answer)
	return answer.N, fault(ctx, "count a term of "+collection.Name(), err)
}

// Measure implements search.Index: the number with the few tombstones, and the
// average of the newest.
func (s *Store) Measure(ctx context.Context, kind search.Kind) (m search.Measures, err error) {
	on := shelfOf(kind)
	collection := s.collection(on.collection)
	total, err := collection.EstimatedDocumentCount(ctx)
	if err != nil {
		return m, fault(ctx, "count "+on.collection, err)
	}
	cursor, err := collection.Find(ctx, bson.D{{Key: "gone_at", Value: nil}}, options.Find().
		SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "length", Value: 1}}).SetLimit(measured).
		SetSort(newestFirst(on)))
	if err != nil {
		return m, fault(ctx, "measure "+on.collection, err)
	}
	var found []struct {
		Length int `bson:"length"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return m, fault(ctx, "measure "+on.collection, err)
	}
	m.Documents = int(total)
	for _, f := range found {
		m.AverageLength += float64(f.Length) / float64(len(found))
	}
	return m, nil
}
