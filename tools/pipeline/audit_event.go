package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

// fact is something that a row says has happened, and that one event at least must
// tell of.
type fact struct {
	kind          string
	thing, member int64
}

func factOf(e *activityrecord.Event) fact {
	f := fact{kind: activityrecord.TypeName(e.GetType())}
	switch e.GetType() { //nolint:exhaustive // the rest is about members
	case activityrecord.PostCreate, activityrecord.PostDelete:
		f.thing = e.GetPostId()
	case activityrecord.CommentCreate, activityrecord.CommentDelete:
		f.thing = e.GetCommentId()
	case activityrecord.LikePost:
		f.thing, f.member = e.GetPostId(), e.GetMemberId()
	case activityrecord.LikeComment:
		f.thing, f.member = e.GetCommentId(), e.GetMemberId()
	case activityrecord.MemberFollow:
		f.thing, f.member = e.GetFollow().GetTargetMemberId(), e.GetMemberId()
	default:
		f.thing = e.GetMemberId()
	}
	return f
}

// factQueries are what rows say of a day. Only what a row still tells can be asked:
// edits before the last one, and what was taken back, are in Kafka alone.
var factQueries = map[string]string{
	"POST_CREATE":    "SELECT id AS thing, 0 AS member, created_at AS at FROM posts WHERE created_at >= ? AND created_at < ?",
	"POST_DELETE":    "SELECT id AS thing, 0 AS member, updated_at AS at FROM posts WHERE is_deleted AND updated_at >= ? AND updated_at < ?",
	"COMMENT_CREATE": "SELECT id AS thing, 0 AS member, created_at AS at FROM comments WHERE created_at >= ? AND created_at < ?",
	"COMMENT_DELETE": "SELECT id AS thing, 0 AS member, updated_at AS at FROM comments WHERE is_deleted AND updated_at >= ? AND updated_at < ?",
	"LIKE_POST":      "SELECT post_id AS thing, member_id AS member, created_at AS at FROM post_likes WHERE created_at >= ? AND created_at < ?",
	"LIKE_COMMENT":   "SELECT comment_id AS thing, member_id AS member, created_at AS at FROM comment_likes WHERE created_at >= ? AND created_at < ?",
	"MEMBER_SIGNUP":  "SELECT id AS thing, 0 AS member, created_at AS at FROM members WHERE created_at >= ? AND created_at < ?",
	"MEMBER_FOLLOW":  "SELECT following_id AS thing, follower_id AS member, created_at AS at FROM member_follows WHERE created_at >= ? AND created_at < ?",
}

// auditEvents reads in the order in which events travel, so that one that moves
// meanwhile is never seen nowhere: rows, tables, Kafka, offsets, projection.
func (a *auditing) auditEvents(ctx context.Context) error {
	rows := map[fact]string{} // by the day of their topic
	for _, topic := range a.topics {
		if err := a.readRows(ctx, topic[len(a.stores.addresses.Prefix):], rows); err != nil {
			return err
		}
	}
	letters, err := a.stores.ListLetters(ctx, LetterFilter{Limit: everything})
	if err != nil {
		return err
	}
	scan := &eventScan{audit: a, seen: map[string]bool{}, told: map[fact]string{}, dead: map[string]Letter{}}
	for _, l := range letters {
		if l.Kind == KindListener && strings.HasPrefix(l.ID, "activity:") {
			scan.dead[stepKey("activity", l.Topic, *l.Partition, *l.Offset)] = l
		}
	}
	for _, topic := range a.topics {
		if err := scan.topic(ctx, topic); err != nil {
			return err
		}
	}
	if err := a.countLetters(ctx, letters, scan); err != nil {
		return err
	}
	for f, day := range rows {
		if _, told := scan.told[f]; !told {
			a.count(day, f.kind).Lost++
			owner := "content"
			if strings.HasPrefix(f.kind, "MEMBER_") {
				owner = "member"
			}
			a.advise("events of %s are lost: the owner must state them again, `%s republish --from … --to …`", day, owner)
		}
	}
	if err := scan.phantoms(ctx); err != nil {
		return err
	}
	return scan.repair(ctx)
}

func (a *auditing) readRows(ctx context.Context, day string, rows map[fact]string) error {
	pool, err := a.stores.sql()
	if err != nil {
		return err
	}
	from, err := time.Parse(dayLayout, day)
	if err != nil {
		return fmt.Errorf("read day %s: %w", day, err)
	}
	for kind, query := range factQueries {
		var found []struct{ Thing, Member int64 }
		if err := pool.DB(ctx).Raw(query, from, from.AddDate(0, 0, 1)).Scan(&found).Error; err != nil {
			return fmt.Errorf("read rows of %s: %w", kind, err)
		}
		for _, f := range found {
			rows[fact{kind, f.Thing, f.Member}] = day
		}
	}
	return nil
}

// countLetters counts the events that are in a writer's table and not on Kafka.
func (a *auditing) countLetters(ctx context.Context, letters []Letter, scan *eventScan) error {
	for _, l := range letters {
		if l.Kind != KindPublisher || l.EventID == "" || scan.seen[l.EventID] {
			continue
		}
		whole, err := a.stores.FindLetter(ctx, l.ID)
		if err != nil {
			continue // it left the table meanwhile, and is on Kafka
		}
		day := strings.TrimPrefix(l.Topic, a.stores.addresses.Prefix)
		if whole.event != nil {
			scan.told[factOf(whole.event)] = day
		}
		if !a.covers(day) {
			continue
		}
		switch l.State {
		case StateParked:
			a.count(day, l.Type).Parked++
		case StateDiscarded:
			a.count(day, l.Type).Discarded++
		default:
			a.count(day, l.Type).Waiting++
		}
	}
	return nil
}

func (a *auditing) covers(day string) bool {
	return slices.Contains(a.topics, a.stores.addresses.Prefix+day)
}

// eventScan is what was read of Kafka.
type eventScan struct {
	audit *auditing
	seen  map[string]bool   // event ids
	told  map[fact]string   // the days of their events
	dead  map[string]Letter // activity's letters, by place

	next    map[place]int64
	day     string
	batch   []scanned
	missing []Record // to be sent again, at most maxReplays
}

type scanned struct {
	record Record
	event  *activityrecord.Event
}

const (
	scanBatch  = 500
	maxReplays = 10_000
)

func (e *eventScan) topic(ctx context.Context, topic string) (err error) {
	s := e.audit.stores
	if e.next, err = s.committed(ctx, "activity", topic); err != nil {
		return err
	}
	e.day = topic[len(s.addresses.Prefix):]
	err = s.scan(ctx, topic, -1, func(r Record) error {
		if e.batch = append(e.batch, scanned{record: r}); len(e.batch) < scanBatch {
			return nil
		}
		return e.flush(ctx)
	})
	if err != nil {
		return err
	}
	return e.flush(ctx)
}

// flush finds out what became of the records of a batch.
func (e *eventScan) flush(ctx context.Context) error {
	fresh := e.batch[:0]
	var keys []string
	for _, b := range e.batch {
		event, err := activityrecord.Decode(b.record.Value)
		id := fmt.Sprintf("%s/%d@%d", b.record.Topic, b.record.Partition, b.record.Offset)
		if err == nil {
			id = event.GetEventId()
			e.told[factOf(event)] = e.day
			keys = append(keys, activityrecord.Key(event))
		}
		if !e.seen[id] {
			e.seen[id] = true
			b.event = event
			fresh = append(fresh, b)
		}
	}
	versions, err := e.audit.stores.activityVersions(ctx, keys)
	if err != nil {
		return err
	}
	for _, b := range fresh {
		e.settle(b, versions)
	}
	e.batch = e.batch[:0]
	return nil
}

func (e *eventScan) settle(b scanned, versions map[string]int64) {
	r, kind := b.record, unknownType
	if b.event != nil {
		kind = activityrecord.TypeName(b.event.GetType())
		version, recorded := versions[activityrecord.Key(b.event)]
		if recorded && version >= b.event.GetVersion() {
			e.audit.count(e.day, kind).Applied++
			return
		}
	} else if named := typeOfKey(r.Key); named != unknownType {
		kind = named
	}
	count := e.audit.count(e.day, kind)
	letter, dead := e.dead[stepKey("activity", r.Topic, r.Partition, r.Offset)]
	switch {
	case dead && letter.State == StateDiscarded:
		count.Discarded++
	case dead && letter.State == StateParked:
		count.Parked++
	case dead:
		count.Dead++
	case r.Offset >= e.next[place{Topic: r.Topic, Partition: r.Partition}]:
		count.Lag++
	default:
		count.Missing++
		if len(e.missing) < maxReplays {
			e.missing = append(e.missing, r)
		}
	}
}

// activityVersions are the versions that activity has recorded, by message key.
func (s *Stores) activityVersions(ctx context.Context, keys []string) (map[string]int64, error) {
	versions := make(map[string]int64, len(keys))
	if len(keys) == 0 {
		return versions, nil
	}
	client, err := s.documents()
	if err != nil {
		return nil, err
	}
	cursor, err := client.Collection("member_activities").Find(ctx, bson.D{{Key: "message_key", Value: bson.D{{Key: "$in", Value: keys}}}})
	if err != nil {
		return nil, fmt.Errorf("read activities: %w", err)
	}
	var found []struct {
		Key     string `bson:"message_key"`
		Version int64  `bson:"version"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read activities: %w", err)
	}
	for _, f := range found {
		versions[f.Key] = f.Version
	}
	return versions, nil
}

// phantoms are creations that Kafka tells of and the owner has no row for.
func (e *eventScan) phantoms(ctx context.Context) error {
	pool, err := e.audit.stores.sql()
	if err != nil {
		return err
	}
	for kind, table := range map[string]string{"POST_CREATE": "posts", "COMMENT_CREATE": "comments", "MEMBER_SIGNUP": "members"} {
		var ids []int64
		for f := range e.told {
			if f.kind == kind {
				ids = append(ids, f.thing)
			}
		}
		for len(ids) > 0 {
			part := ids[:min(len(ids), scanBatch)]
			ids = ids[len(part):]
			var there []int64
			if err := pool.DB(ctx).Raw("SELECT id FROM "+table+" WHERE id IN ?", part).Scan(&there).Error; err != nil {
				return fmt.Errorf("look for rows of %s: %w", table, err)
			}
			for _, id := range part {
				if !slices.Contains(there, id) {
					e.audit.count(e.told[fact{kind: kind, thing: id}], kind).Phantom++
					e.audit.advise("%s events have no row in %s: was MySQL restored from a backup?", kind, table)
				}
			}
		}
	}
	return nil
}
