package faults_test

import (
	"strings"
	"testing"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

// serviceOf is the service of a part: that of content-2 is content.
func serviceOf(part string) string {
	service, _, _ := strings.Cut(part, "-")
	return service
}

// A consumer fails after it has applied a record, before it knows, marks it in Redis, or
// commits the offset: it is applied again, which changes nothing.

func testActivityFailsAfterItHasRecorded(t *testing.T) {
	hitAll(t, point{
		parts: []string{"activity", "activity-2"}, line: toStore(arena.MongoDB), hold: proxy.Answer,
		match: always(proxy.Words("member_activities", "upsert")),
	}, kill, stop, cut)
}

func testActivityFailsBeforeItMarksInRedis(t *testing.T) {
	hitAll(t, point{
		parts: []string{"activity", "activity-2"}, line: toStore(arena.Redis), hold: proxy.Request,
		match: always(proxy.Words("set\r\n", "member_activity:kafka_key:")),
	}, kill, stop, cut)
}

func testTimelineFailsAfterItHasPushedBeforeItMarks(t *testing.T) {
	hitAll(t, point{
		parts: []string{"timeline"}, line: toStore(arena.Redis), hold: proxy.Request,
		match: always(proxy.Words("evalsha", "timeline:applied:")),
	}, kill, stop, cut)
}

func testSearchFailsAfterItHasWritten(t *testing.T) {
	hitAll(t, point{
		parts: []string{"search"}, line: toStore(arena.MongoDB), hold: proxy.Answer,
		match: always(proxy.Words("search_", "upsert")),
	}, kill, stop, cut)
}

func testAConsumerFailsBeforeItCommitsTheOffset(t *testing.T) {
	hitAll(t, point{
		parts: []string{"activity", "timeline", "search"}, line: toKafka, shared: true, hold: proxy.Request,
		match: func(part string) proxy.Match { return proxy.Kafka(proxy.OffsetCommit, serviceOf(part)) },
	}, kill, stop, cut)
}

func testAConsumerFailsAfterItHasCommittedTheOffset(t *testing.T) {
	hitAll(t, point{
		parts: []string{"activity", "timeline", "search"}, line: toKafka, shared: true, hold: proxy.Answer,
		match: func(part string) proxy.Match { return proxy.Kafka(proxy.OffsetCommit, serviceOf(part)) },
	}, kill, cut)
}
