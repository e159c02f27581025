package pipeline

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
)

// markLife is how long services remember applied events in Redis (spec 10): what is
// left of it tells when an event was applied.
const markLife = time.Hour

// traceGroups finds out what each service did with each event.
func (s *Stores) traceGroups(ctx context.Context, trace *Trace, listeners map[string]Letter) error {
	topics, err := s.days(ctx)
	if err != nil {
		return err
	}
	for _, service := range services {
		next, err := s.committed(ctx, service, topics...)
		if err != nil {
			return err
		}
		for i := range trace.Events {
			trace.Events[i].Groups[service] = stepOf(service, trace.Events[i], next, listeners)
		}
	}
	for i := range trace.Events {
		if err := s.traceApplied(ctx, trace.Subject, &trace.Events[i]); err != nil {
			return err
		}
	}
	return nil
}

// stepOf is what offsets and letters tell: the first copy that was handled counts.
func stepOf(service string, e TraceEvent, next map[place]int64, listeners map[string]Letter) TraceStep {
	if len(e.Places) == 0 {
		return TraceStep{State: stepUnsent}
	}
	step := TraceStep{State: stepWaits}
	for _, p := range e.Places {
		if letter, dead := listeners[stepKey(service, p.Topic, p.Partition, p.Offset)]; dead {
			if step.State = letter.State; letter.State == StateWaiting {
				step.State = stepDead
			}
			continue
		}
		if p.Offset < next[place{Topic: p.Topic, Partition: p.Partition}] {
			return TraceStep{State: stepPassed}
		}
	}
	return step
}

// traceApplied looks into the projections: what they hold was applied, and where
// they know when, that is told.
func (s *Stores) traceApplied(ctx context.Context, subject Subject, e *TraceEvent) error {
	recorded, err := s.recordedAt(ctx, e.key, e.Version, e.EventID)
	if err != nil {
		return err
	}
	if recorded != nil {
		e.apply("activity", recorded)
	}
	for service, key := range map[string]string{
		"activity": "member_activity:kafka_key:" + e.EventID,
		"timeline": "member_activity:kafka_key:" + e.EventID + ":timeline",
	} {
		at, err := s.markedAt(ctx, key)
		if err != nil {
			return err
		}
		if at != nil && (e.Groups[service].At == nil || e.Groups[service].At.IsZero()) {
			e.apply(service, at)
		}
	}
	if subject.Kind == SubjectPost {
		return s.traceSearch(ctx, subject, e)
	}
	return nil
}

func (e *TraceEvent) apply(service string, at *time.Time) {
	step := TraceStep{State: stepApplied}
	if !at.IsZero() {
		step.At, step.Delay = at, new(at.Sub(e.OccurredAt))
	}
	e.Groups[service] = step
}

// recordedAt is when activity first recorded an event, the zero time where it did
// and a later one has taken its place, nil where it did not.
func (s *Stores) recordedAt(ctx context.Context, key string, version int64, eventID string) (*time.Time, error) {
	client, err := s.documents()
	if err != nil {
		return nil, err
	}
	var found []struct {
		EventID    string    `bson:"event_id"`
		Version    int64     `bson:"version"`
		CreatedAt  time.Time `bson:"created_at"`
		UpdatedAt  time.Time `bson:"updated_at"`
		RecordedAt time.Time `bson:"recorded_at"`
	}
	cursor, err := client.Collection("member_activities").Find(ctx, bson.D{{Key: "message_key", Value: key}})
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fmt.Errorf("find activity %s: %w", key, err)
	}
	if len(found) == 0 || found[0].Version < version {
		return nil, nil //nolint:nilnil // not recorded, which is an answer
	}
	if f := found[0]; f.EventID == eventID && f.CreatedAt.Equal(f.UpdatedAt) {
		return new(f.RecordedAt.UTC()), nil
	}
	return new(time.Time), nil
}

// markedAt is when a mark was set in Redis; nil where it is gone.
func (s *Stores) markedAt(ctx context.Context, key string) (*time.Time, error) {
	client, err := s.cache()
	if err != nil {
		return nil, err
	}
	left, err := client.PTTL(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("look for mark: %w", err)
	}
	if left <= 0 || left > markLife {
		return nil, nil //nolint:nilnil // no mark, which is an answer
	}
	return new(s.now().UTC().Add(left - markLife)), nil
}

// traceSearch tells whether search has this or a later version.
func (s *Stores) traceSearch(ctx context.Context, subject Subject, e *TraceEvent) error {
	collection, field, id := "search_posts", "post_pk", subject.ID
	switch e.Type {
	case "COMMENT_CREATE", "COMMENT_UPDATE", "COMMENT_DELETE":
		collection, field, id = "search_comments", "comment_pk", e.CommentID
	case "POST_CREATE", "POST_UPDATE", "POST_DELETE":
	default:
		return nil
	}
	versions, err := s.searchVersions(ctx, collection, field, []int64{id})
	if err != nil {
		return err
	}
	if found, there := versions[id]; there && found.version >= e.Version {
		e.apply("search", new(time.Time))
	}
	return nil
}

// searched is what search has of a thing.
type searched struct {
	version int64
	gone    bool
}

func (s *Stores) searchVersions(ctx context.Context, collection, field string, ids []int64) (map[int64]searched, error) {
	client, err := s.documents()
	if err != nil {
		return nil, err
	}
	cursor, err := client.Collection(collection).Find(ctx, bson.D{{Key: field, Value: bson.D{{Key: "$in", Value: ids}}}})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", collection, err)
	}
	return readSearched(ctx, cursor, field)
}

func readSearched(ctx context.Context, cursor *driver.Cursor, field string) (map[int64]searched, error) {
	defer func() { _ = cursor.Close(ctx) }() // the server forgets it by itself otherwise
	found := map[int64]searched{}
	for cursor.Next(ctx) {
		var d struct {
			Version int64      `bson:"version"`
			GoneAt  *time.Time `bson:"gone_at"`
		}
		if err := cursor.Decode(&d); err != nil {
			return nil, fmt.Errorf("read documents of search: %w", err)
		}
		id, _ := cursor.Current.Lookup(field).AsInt64OK()
		found[id] = searched{d.Version, d.GoneAt != nil}
	}
	if err := cursor.Err(); err != nil {
		return nil, fmt.Errorf("read documents of search: %w", err)
	}
	return found, nil
}
