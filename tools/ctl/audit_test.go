package ctl_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

func (p *plant) audit(t *testing.T, wantCode int, args ...string) pipeline.Audit {
	t.Helper()
	args = append([]string{"audit", "--settle", "1ms", "-o", "json"}, args...)
	require.Equal(t, wantCode, p.on(args...), p.err.String())
	var audit pipeline.Audit
	require.NoError(t, json.Unmarshal(p.out.Bytes(), &audit))
	return audit
}

func countOf(t *testing.T, audit pipeline.Audit, kind string) pipeline.EventCount {
	t.Helper()
	for _, c := range audit.Events {
		if c.Type == kind {
			return c
		}
	}
	require.Fail(t, "no such type", "%s in %+v", kind, audit.Events)
	return pipeline.EventCount{}
}

func comparisonOf(t *testing.T, audit pipeline.Audit, name string) pipeline.Comparison {
	t.Helper()
	for _, c := range audit.Checks {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "no such comparison", name)
	return pipeline.Comparison{}
}

// spec 10: "committed = applied + waiting in the table + lag + dead + parked", by day and type
func TestAuditTellsWhereEveryCommittedEventIs(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	for post := int64(1); post <= 8; post++ {
		p.row(t, post, 1)
		p.searchable(t, post, 1)
	}
	create := func(post int64) *activityrecord.Event { return p.event(activityrecord.PostCreate, post, 1) }
	applied, missing, dead, lagging := create(1), create(2), create(3), create(4)
	p.onKafka(t, applied, missing, dead, applied)
	var poisoned kafka.Message
	p.consume(t, "activity", func(m kafka.Message) {
		if event, err := activityrecord.Decode(m.Value); err == nil && event.GetPostId() == 3 {
			poisoned = m
		}
	})
	p.recorded(t, applied)
	p.unapplied(t, "activity", poisoned.Topic, poisoned.Partition, poisoned.Offset, poisoned.Value)
	p.onKafka(t, lagging)
	p.inTable(t, create(5), create(6), create(7))
	p.exec(t, "UPDATE content_publisher_dead_letters SET parked_at = NOW(6) ORDER BY id DESC LIMIT 1")
	p.okOn(t, "dead-letters", "discard", firstID(t, p.okOn(t, "dead-letters", "list", "--state", "waiting")), "--by", "kim", "--reason", "test", "--yes")
	p.onKafka(t, create(99)) // of a post that is not there

	got := countOf(t, p.audit(t, 3), "POST_CREATE")
	require.Equal(t, pipeline.EventCount{
		Day: p.day(), Type: "POST_CREATE", Committed: 9,
		Applied: 1, Missing: 1, Parked: 2, Lag: 2, Waiting: 1, Discarded: 1, Lost: 1, Phantom: 1,
	}, got)
	table := p.err.String()
	require.Contains(t, table, "the stores differ in 3 places")
	require.Equal(t, 3, p.on("audit", "--settle", "1ms"))
	lineWith(t, p.out.String(), p.day(), "POST_CREATE")
	require.Contains(t, p.out.String(), "next: events of "+p.day()+" are lost")
}

func TestAuditRepairsWhatIsDerived(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.row(t, 1, 1)
	p.row(t, 2, 1)
	e := p.event(activityrecord.PostCreate, 1, 1)
	second := p.event(activityrecord.PostCreate, 2, 1)
	p.onKafka(t, e, second)
	p.consume(t, "activity", nil)
	p.recorded(t, second) // the activity of the first is gone
	p.searchable(t, 1, 1)
	p.searchable(t, 2, 1)
	mark := "member_activity:kafka_key:" + e.GetEventId()
	require.NoError(t, p.redis.Set(t.Context(), mark, "1", time.Hour).Err())
	p.exec(t, "UPDATE post_stats SET like_count = 3, comment_count = 1 WHERE post_id = 2")
	p.follower(t, 8, 7)
	p.feed(t, 8, 7, 1) // lacks post 2

	audit := p.audit(t, 3)
	require.EqualValues(t, 1, countOf(t, audit, "POST_CREATE").Missing)
	require.EqualValues(t, 1, comparisonOf(t, audit, "post_stats.like_count").Wrong)
	require.Equal(t, []string{"2: 3, should be 0"}, comparisonOf(t, audit, "post_stats.like_count").Examples)
	require.Equal(t, []string{"of member 8: lacks post 2 and 0 more"}, comparisonOf(t, audit, "home feeds").Examples)
	require.EqualValues(t, 3, p.number(t, "SELECT like_count FROM post_stats WHERE post_id = 2"), "without --repair nothing changes")

	audit = p.audit(t, 3, "--repair")
	require.EqualValues(t, 1, comparisonOf(t, audit, "home feeds").Repaired)
	require.EqualValues(t, 0, p.number(t, "SELECT like_count + comment_count FROM post_stats WHERE post_id = 2"))
	require.Zero(t, p.redis.Exists(t.Context(), mark, "timeline:api:posts:followings_recent_posts:8:state").Val())
	sentAgain := 0
	p.consume(t, "activity", func(m kafka.Message) {
		sentAgain++
		require.Equal(t, p.letter(t, e).Payload, m.Value, "the same event, to its own partition")
		p.recorded(t, e)
	})
	require.Equal(t, 1, sentAgain)
	audit = p.audit(t, 0)
	require.EqualValues(t, 2, countOf(t, audit, "POST_CREATE").Applied)
}

func TestAuditLeavesFeedsOfAnotherFormToTimeline(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.row(t, 1, 1)
	p.searchable(t, 1, 1)
	p.follower(t, 8, 7)
	key := "timeline:api:posts:followings_recent_posts:8"
	require.NoError(t, p.redis.HSet(t.Context(), key+":state", "version", "1", "ready", "1", "mark", "0-0").Err())
	require.NoError(t, p.redis.Do(t.Context(), "ZADD", key, 0, "0").Err())
	require.Zero(t, comparisonOf(t, p.audit(t, 0), "home feeds").Looked)
}

func (p *plant) follower(t *testing.T, follower, followed int64) {
	t.Helper()
	for _, id := range []int64{follower, followed} {
		p.exec(t, "INSERT INTO members (id, password, roles, status, password_changed_at, created_at, updated_at) VALUES (?, 'x', 'USER', 'ACTIVE', ?, '2020-01-01', '2020-01-01')", id, p.now)
		p.exec(t, "INSERT INTO member_profiles (member_id, member_name, handle, gender, timezone, language_code, country_code, verification_status, privacy_level, followers_count, followings_count, followings_version, version, created_at, updated_at) "+
			"VALUES (?, 'n', ?, 'M', 'UTC', 'ko', 'KR', 'NONE', 'PUBLIC', ?, ?, 1, 1, ?, ?)", id, id, id == followed, id == follower, p.now, p.now)
	}
	p.exec(t, "INSERT INTO member_follows (follower_id, following_id, created_at, updated_at) VALUES (?, ?, '2020-01-01', '2020-01-01')", follower, followed)
}

// feed writes a home feed with one author, as timeline does.
func (p *plant) feed(t *testing.T, member, author int64, posts ...int64) {
	t.Helper()
	key := "timeline:api:posts:followings_recent_posts:" + id(int(member))
	require.NoError(t, p.redis.HSet(t.Context(), key+":state", "version", "1", "ready", "1", "mark", "0-0", "form", "3").Err())
	require.NoError(t, p.redis.SAdd(t.Context(), key+":authors", author).Err())
	require.NoError(t, p.redis.RPush(t.Context(), key, feedEntry(0, 0)).Err())
	for _, post := range posts {
		require.NoError(t, p.redis.RPush(t.Context(), key, feedEntry(p.now.Unix(), post)).Err())
	}
	require.NoError(t, p.redis.RPush(t.Context(), key, feedEntry(math.MaxUint32, 0)).Err())
}

// feedEntry is a second and a post, as timeline packs them.
func feedEntry(second, post int64) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(second)), uint32(post))
}

func TestAuditComparesDocumentsWithPosts(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	for post := int64(1); post <= 4; post++ {
		p.row(t, post, 2)
	}
	p.exec(t, "UPDATE posts SET is_deleted = TRUE WHERE id = 3")
	p.searchable(t, 1, 2)
	p.searchable(t, 2, 1)
	p.searchable(t, 3, 2)
	p.searchable(t, 77, 1)
	audit := p.audit(t, 3)
	require.Subset(t, audit.Advice, []string{
		"1 documents of search_posts are of nothing that is there: delete them, see docs/runbooks/rebuild-search.md",
		"3 documents of search_posts differ: `search rebuild --restart` while it serves",
	})
	found := comparisonOf(t, audit, "search_posts")
	require.EqualValues(t, 4, found.Looked)
	require.ElementsMatch(t, []string{
		"2: has version 1, should have 2", "3: is deleted, and can be found", "4: cannot be found, version 2", "77: can be found, and is not there",
	}, found.Examples)
}

func TestAuditHasSearchTakeAgainWhatItsDocumentsLack(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.row(t, 1, 2)
	p.row(t, 2, 1)
	p.row(t, 3, 2) // its event is on none of the days
	first, current := p.event(activityrecord.PostCreate, 1, 1), p.event(activityrecord.PostUpdate, 1, 2)
	well := p.event(activityrecord.PostCreate, 2, 1)
	p.onKafka(t, first, current, well)
	p.consume(t, "search", nil)
	p.searchable(t, 1, 1)
	p.searchable(t, 2, 1)

	audit := p.audit(t, 3, "--repair")
	require.EqualValues(t, 2, comparisonOf(t, audit, "search_posts").Wrong)
	require.Subset(t, audit.Advice, []string{
		"the records of 1 wrong documents of search_posts were sent again; audit once more when they are applied",
		"1 documents of search_posts differ: `search rebuild --restart` while it serves",
	})
	var again []string
	p.consume(t, "search", func(m kafka.Message) {
		event, err := activityrecord.Decode(m.Value)
		require.NoError(t, err)
		again = append(again, event.GetEventId())
	})
	require.Contains(t, again, current.GetEventId(), "the state that the row has, as it was stated")
	require.NotContains(t, again, well.GetEventId())
}

// What is on its way is no difference.
func TestAuditWaitsForDocumentsThatAreOnTheirWay(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.row(t, 1, 1)
	arrived := make(chan error, 1)
	time.AfterFunc(300*time.Millisecond, func() {
		_, err := p.mongo.Collection("search_posts").InsertOne(context.Background(), bson.D{{Key: "post_pk", Value: int64(1)}, {Key: "version", Value: int64(1)}, {Key: "gone_at", Value: nil}})
		arrived <- err
	})
	require.Zero(t, p.on("audit", "--settle", "60s"), p.out.String()+p.err.String())
	require.NoError(t, <-arrived)
}

func TestAuditOfNothingIsWell(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	require.Contains(t, p.okOn(t, "audit"), "no events on []")
	require.Equal(t, 1, p.on("audit", "--day", "yesterday"))
	require.Contains(t, p.err.String(), "a day is a date")
	require.Contains(t, p.okOn(t, "audit", "--day", "20200101"), "the topic of 20200101 is gone")
	require.Equal(t, 1, p.on("audit", "--listen", ":0", "--every", "1ms"))
}

func TestAuditsFiguresAreMetrics(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.row(t, 1, 1)
	p.searchable(t, 1, 1)
	p.onKafka(t, p.event(activityrecord.PostCreate, 1, 1))
	out := &waiter{found: make(chan struct{}), until: "\x00"}
	address := freeAddress(t)
	p.tail(t, out, append([]string{"audit", "--listen", address, "--every", "1h"}, p.flags...)...)
	var text string
	require.Eventually(t, func() bool {
		response, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			return false
		}
		defer func() { _ = response.Body.Close() }()
		all, err := io.ReadAll(response.Body)
		text = string(all)
		return err == nil && strings.Contains(text, "audit_events")
	}, 60*time.Second, 50*time.Millisecond)
	require.Contains(t, text, `audit_events{day="`+p.day()+`",state="lag",type="POST_CREATE"} 1`)
	require.Contains(t, text, "audit_differences 0")
	require.Contains(t, text, `audit_compared{what="search_posts"} 1`)
}
