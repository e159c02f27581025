package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// ErrNotMigrated is a database that lacks an index that the program relies on.
var ErrNotMigrated = errors.New("mongo: indexes are missing, run migrate first")

// buildWithin bounds the making of one collection's indexes: on much data it
// takes long.
const buildWithin = time.Hour

// Index is an index as the program needs it.
type Index struct {
	Collection string
	// Keys are the fields in their order, ascending; a minus in front means
	// descending.
	Keys   []string
	Unique bool
}

// Name is the index's name, made of its keys as the server itself would.
func (i Index) Name() string {
	parts := make([]string, len(i.Keys))
	for n, key := range i.Keys {
		field, direction := direct(key)
		parts[n] = fmt.Sprintf("%s_%d", field, direction)
	}
	return strings.Join(parts, "_")
}

func (i Index) String() string { return i.Collection + "." + i.Name() }

func direct(key string) (field string, direction int32) {
	if field, descending := strings.CutPrefix(key, "-"); descending {
		return field, -1
	}
	return key, 1
}

func (i Index) model() mongo.IndexModel {
	keys := make(bson.D, len(i.Keys))
	for n, key := range i.Keys {
		field, direction := direct(key)
		keys[n] = bson.E{Key: field, Value: direction}
	}
	return mongo.IndexModel{Keys: keys, Options: options.Index().SetName(i.Name()).SetUnique(i.Unique)}
}

// EnsureIndexes makes those of indexes that are missing, and returns them. It
// may run again, and in several processes at once. An index of the same name
// that is not as it should be is an error of the server.
func (c *Client) EnsureIndexes(ctx context.Context, indexes []Index) (made []Index, err error) {
	missing, err := c.missing(ctx, indexes)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, buildWithin)
	defer cancel()
	for _, index := range missing {
		if _, err := c.Collection(index.Collection).Indexes().CreateOne(ctx, index.model()); err != nil {
			return made, fmt.Errorf("make index %s: %w", index, Fault(ctx, err))
		}
		made = append(made, index)
	}
	return made, nil
}

// RequireIndexes fails with ErrNotMigrated, naming them, where some of indexes
// are missing, and otherwise only where that cannot be told. It changes nothing.
func (c *Client) RequireIndexes(ctx context.Context, indexes []Index) error {
	missing, err := c.missing(ctx, indexes)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: %v", ErrNotMigrated, missing)
	}
	return nil
}

// missing are those of indexes that are not there as they should be.
func (c *Client) missing(ctx context.Context, indexes []Index) ([]Index, error) {
	known := map[string][]mongo.IndexSpecification{}
	var missing []Index
	for _, index := range indexes {
		if _, listed := known[index.Collection]; !listed {
			specifications, err := c.Collection(index.Collection).Indexes().ListSpecifications(ctx)
			if err != nil {
				return nil, fmt.Errorf("list indexes of %s: %w", index.Collection, Fault(ctx, err))
			}
			known[index.Collection] = specifications
		}
		if !slices.ContainsFunc(known[index.Collection], index.is) {
			missing = append(missing, index)
		}
	}
	return missing, nil
}

func (i Index) is(found mongo.IndexSpecification) bool {
	return found.Name == i.Name() && (found.Unique != nil && *found.Unique) == i.Unique
}
