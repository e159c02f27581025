package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/process"
)

// kept is a kind of things that search keeps documents of.
type kept struct {
	name, collection, field, rows string
}

var keptKinds = []kept{
	{"search_posts", "search_posts", "post_pk", "SELECT id, version, is_deleted AS deleted, FALSE AS hidden FROM posts WHERE id > ? ORDER BY id LIMIT ?"},
	{"search_comments", "search_comments", "comment_pk", "SELECT c.id, c.version, c.is_deleted AS deleted, p.is_deleted AS hidden FROM comments c JOIN posts p ON p.id = c.post_id WHERE c.id > ? ORDER BY c.id LIMIT ?"},
}

type keptRow struct {
	ID, Version int64
	Deleted     bool
	// Hidden things are deleted with another, and search may or may not have them.
	Hidden bool
}

const keptBatch = 1000

// auditDocuments compares search's documents with posts and comments. What is on
// its way is waited for.
func (a *auditing) auditDocuments(ctx context.Context) error {
	for _, k := range keptKinds {
		compared := Comparison{Name: k.name, Examples: []string{}}
		after := int64(0)
		for {
			rows, err := a.keptRows(ctx, k, after)
			if err != nil {
				return err
			}
			if err := a.compareKept(ctx, k, rows, after, &compared); err != nil {
				return err
			}
			if len(rows) < keptBatch {
				break
			}
			after = rows[len(rows)-1].ID
		}
		a.result.Checks = append(a.result.Checks, compared)
		if compared.Wrong > 0 {
			a.advise("%d documents of %s differ: `search rebuild --restart` while it serves", compared.Wrong, k.name)
		}
	}
	return nil
}

func (a *auditing) keptRows(ctx context.Context, k kept, after int64) (rows []keptRow, err error) {
	pool, err := a.stores.sql()
	if err != nil {
		return nil, err
	}
	if err := pool.DB(ctx).Raw(k.rows, after, keptBatch).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", k.name, err)
	}
	return rows, nil
}

// compareKept looks again until a batch agrees or the time to settle is over. Only
// what differed in the same way each time counts: the rest is on its way.
func (a *auditing) compareKept(ctx context.Context, k kept, rows []keptRow, after int64, compared *Comparison) error {
	deadline := time.Now().Add(a.options.Settle)
	var lasting []string
	for first := true; ; first = false {
		wrong, err := a.wrongKept(ctx, k, rows, after)
		if err != nil {
			return err
		}
		if !first {
			wrong = slices.DeleteFunc(wrong, func(text string) bool { return !slices.Contains(lasting, text) })
		}
		lasting = wrong
		if len(wrong) > 0 && time.Now().Before(deadline) && process.Pause(ctx, settlePause) == nil {
			if rows, err = a.keptRows(ctx, k, after); err != nil {
				return err
			}
			continue
		}
		compared.Looked += int64(len(rows))
		for _, text := range wrong {
			compared.differs("%s", text)
		}
		return nil
	}
}

const settlePause = 200 * time.Millisecond

func (a *auditing) wrongKept(ctx context.Context, k kept, rows []keptRow, after int64) (wrong []string, err error) {
	bounds := bson.D{{Key: "$gt", Value: after}}
	if len(rows) == keptBatch {
		bounds = append(bounds, bson.E{Key: "$lte", Value: rows[len(rows)-1].ID})
	}
	documents, err := a.stores.searchRange(ctx, k, bounds)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		found, there := documents[r.ID]
		delete(documents, r.ID)
		switch {
		case r.Hidden:
		case r.Deleted && there && !found.gone:
			wrong = append(wrong, fmt.Sprintf("%d: is deleted, and can be found", r.ID))
		case r.Deleted:
		case !there || found.gone:
			wrong = append(wrong, fmt.Sprintf("%d: cannot be found, version %d", r.ID, r.Version))
		case found.version != r.Version:
			wrong = append(wrong, fmt.Sprintf("%d: has version %d, should have %d", r.ID, found.version, r.Version))
		}
	}
	for id, found := range documents {
		if !found.gone {
			wrong = append(wrong, fmt.Sprintf("%d: can be found, and is not there", id))
		}
	}
	return wrong, nil
}

func (s *Stores) searchRange(ctx context.Context, k kept, bounds bson.D) (map[int64]searched, error) {
	client, err := s.documents()
	if err != nil {
		return nil, err
	}
	cursor, err := client.Collection(k.collection).Find(ctx, bson.D{{Key: k.field, Value: bounds}})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.name, err)
	}
	return readSearched(ctx, cursor, k.field)
}
