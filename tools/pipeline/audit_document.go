package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// kept is a kind of things that search keeps documents of.
type kept struct {
	name, collection, field, rows string
	// tells is what an event is about, 0 where it is of another kind.
	tells func(*activityrecord.Event) int64
}

var keptKinds = []kept{
	{"search_posts", "search_posts", "post_pk", "SELECT id, version, is_deleted AS deleted, FALSE AS hidden FROM posts WHERE id > ? ORDER BY id LIMIT ?", toldPost},
	{"search_comments", "search_comments", "comment_pk", "SELECT c.id, c.version, c.is_deleted AS deleted, p.is_deleted AS hidden FROM comments c JOIN posts p ON p.id = c.post_id WHERE c.id > ? ORDER BY c.id LIMIT ?", toldComment},
}

func toldPost(e *activityrecord.Event) int64 {
	if e.GetPost() == nil {
		return 0
	}
	return e.GetPostId()
}

func toldComment(e *activityrecord.Event) int64 {
	if e.GetComment() == nil {
		return 0
	}
	return e.GetCommentId()
}

// keptFault is a document that differs from its row.
type keptFault struct {
	id, version int64
	text        string
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
		wrong := map[int64]int64{} // the versions that documents should have
		after := int64(0)
		for {
			rows, err := a.keptRows(ctx, k, after)
			if err != nil {
				return err
			}
			if err := a.compareKept(ctx, k, rows, after, &compared, wrong); err != nil {
				return err
			}
			if len(rows) < keptBatch {
				break
			}
			after = rows[len(rows)-1].ID
		}
		a.result.Checks = append(a.result.Checks, compared)
		if err := a.repairKept(ctx, k, wrong); err != nil {
			return err
		}
	}
	return nil
}

// repairKept sends the last record of each thing again whose document is wrong: search
// takes what is newer than what it has. Only what is on the chosen days is found; a
// document of a thing that is nowhere, or with a version that never was, is search's
// own to repair.
func (a *auditing) repairKept(ctx context.Context, k kept, wrong map[int64]int64) error {
	found := map[int64]Record{}
	if a.options.Repair && len(wrong) > 0 {
		for _, topic := range a.topics {
			err := a.stores.scan(ctx, topic, -1, func(r Record) error {
				event, err := activityrecord.Decode(r.Value)
				if err != nil {
					return nil //nolint:nilerr // a poison record is no business of search's documents
				}
				if id := k.tells(event); id != 0 && event.GetVersion() == wrong[id] && len(found) < maxReplays {
					found[id] = r
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if err := a.stores.replay(ctx, slices.Collect(maps.Values(found))); err != nil {
			return err
		}
	}
	if n := len(found); n > 0 {
		a.advise("the records of %d wrong documents of %s were sent again; audit once more when they are applied", n, k.name)
	}
	orphans := 0 // no rebuild comes upon them: content does not know them
	for _, version := range wrong {
		if version == noVersion {
			orphans++
		}
	}
	if orphans > 0 {
		a.advise("%d documents of %s are of nothing that is there: delete them, see docs/runbooks/rebuild-search.md", orphans, k.name)
	}
	if n := len(wrong) - len(found) - orphans; n > 0 {
		a.advise("%d documents of %s differ: `search rebuild --restart` while it serves", n, k.name)
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
func (a *auditing) compareKept(ctx context.Context, k kept, rows []keptRow, after int64, compared *Comparison, all map[int64]int64) error {
	deadline := time.Now().Add(a.options.Settle)
	var lasting []keptFault
	for first := true; ; first = false {
		wrong, err := a.wrongKept(ctx, k, rows, after)
		if err != nil {
			return err
		}
		if !first {
			wrong = slices.DeleteFunc(wrong, func(f keptFault) bool { return !slices.Contains(lasting, f) })
		}
		lasting = wrong
		if len(wrong) > 0 && time.Now().Before(deadline) && process.Pause(ctx, settlePause) == nil {
			if rows, err = a.keptRows(ctx, k, after); err != nil {
				return err
			}
			continue
		}
		compared.Looked += int64(len(rows))
		for _, f := range wrong {
			compared.differs("%d: %s", f.id, f.text)
			all[f.id] = f.version
		}
		return nil
	}
}

const settlePause = 200 * time.Millisecond

// noVersion is what the document of a thing should have that has no row.
const noVersion = 0

func (a *auditing) wrongKept(ctx context.Context, k kept, rows []keptRow, after int64) (wrong []keptFault, err error) {
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
			wrong = append(wrong, keptFault{r.ID, r.Version, "is deleted, and can be found"})
		case r.Deleted:
		case !there || found.gone:
			wrong = append(wrong, keptFault{r.ID, r.Version, fmt.Sprintf("cannot be found, version %d", r.Version)})
		case found.version != r.Version:
			wrong = append(wrong, keptFault{r.ID, r.Version, fmt.Sprintf("has version %d, should have %d", found.version, r.Version)})
		}
	}
	for id, found := range documents {
		if !found.gone {
			wrong = append(wrong, keptFault{id, noVersion, "can be found, and is not there"})
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
