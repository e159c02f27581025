package ctl_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

func TestDeadLettersOfEveryTableAreListedShownAndRetried(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	require.Equal(t, "no dead letters\n", p.okOn(t, "dead-letters", "list"))
	require.Equal(t, "[]\n", p.okOn(t, "dead-letters", "list", "-o", "json"))

	p.inTable(t, p.event(activityrecord.PostCreate, 42, 1))
	p.exec(t, "INSERT INTO content_listener_dead_letters (topic, `partition`, `offset`, message_key, headers, payload, last_error, parked_at, created_at, updated_at) VALUES ('t', 1, 2, 'k', '[]', 'x', '오류', ?, ?, ?)", p.now, p.now, p.now)
	for i, service := range []string{"activity", "timeline", "search"} {
		p.unapplied(t, service, "topic", 3, int64(i), []byte{0xff})
	}
	all := p.okOn(t, "dead-letters", "list")
	for _, table := range []string{"content:", "content-listener:", "activity:", "timeline:", "search:"} {
		require.Contains(t, all, table)
	}
	lineWith(t, all, "content:", "waiting", "POST_CREATE", p.prefix+p.day())
	require.Equal(t, 5, strings.Count(all, "\n")-1)
	require.Equal(t, 4, strings.Count(p.okOn(t, "dead-letters", "list", "--state", "parked"), "\n")-1)
	require.Equal(t, 1, strings.Count(p.okOn(t, "dead-letters", "list", "--type", "post_create"), "\n")-1)
	require.Equal(t, 1, strings.Count(p.okOn(t, "dead-letters", "list", "--limit", "1"), "\n")-1)

	id := firstID(t, p.okOn(t, "dead-letters", "list", "--table", "content"))
	shown := p.okOn(t, "dead-letters", "show", id)
	for _, want := range []string{"member_activity:kafka_event:POST_CREATE###42###7", "header ce_id", traceparent, "자전거"} {
		require.Contains(t, shown, want)
	}
	parked := firstID(t, p.okOn(t, "dead-letters", "list", "--table", "timeline"))
	shown = p.okOn(t, "dead-letters", "show", parked)
	require.Contains(t, shown, "topic/3@1")
	require.Contains(t, shown, "한글")
	require.Contains(t, shown, "not an event")

	p.okOn(t, "dead-letters", "retry", parked, firstID(t, p.okOn(t, "dead-letters", "list", "--table", "content-listener")), id)
	var letters []pipeline.Letter
	require.NoError(t, json.Unmarshal([]byte(p.okOn(t, "dead-letters", "list", "--state", "waiting", "-o", "json")), &letters))
	require.Len(t, letters, 3, "due now, their attempts forgotten")
	for _, l := range letters {
		require.LessOrEqual(t, l.Attempts, 1)
		require.Nil(t, l.ParkedAt)
	}
}

func TestALimitIsOfTheLettersThatAreAskedFor(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	for i := range 3 {
		for _, key := range []string{"POST_CREATE", "POST_READ"} {
			p.exec(t, "INSERT INTO content_listener_dead_letters (topic, `partition`, `offset`, message_key, headers, payload, last_error, parked_at, created_at, updated_at) VALUES (?, 1, ?, ?, '[]', 'x', 'e', ?, ?, ?)",
				key, i, "member_activity:kafka_event:"+key+"###1###2", map[bool]any{true: p.now}[i == 2], p.now, p.now)
		}
	}
	count := func(args ...string) int {
		return strings.Count(p.okOn(t, append([]string{"dead-letters", "list", "--table", "content-listener"}, args...)...), "content-listener:")
	}
	require.Equal(t, 6, count())
	require.Equal(t, 2, count("--type", "post_read", "--limit", "2"))
	require.Equal(t, 3, count("--type", "post_read"))
	require.Equal(t, 4, count("--state", "waiting"))
	require.Equal(t, 1, count("--state", "parked", "--limit", "1"))
	require.Equal(t, 1, count("--state", "parked", "--type", "POST_CREATE"))
	require.Zero(t, count("--state", "leased"))
	require.Zero(t, count("--type", "?"))
}

func TestDiscardAsksAndWritesWhoAndWhy(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.inTable(t, p.event(activityrecord.PostCreate, 42, 1))
	p.exec(t, "INSERT INTO content_listener_dead_letters (topic, `partition`, `offset`, message_key, headers, payload, last_error, created_at, updated_at) VALUES ('t', 1, 2, 'k', '[]', 'x', 'e', ?, ?)", p.now, p.now)
	p.unapplied(t, "search", "topic", 3, 4, []byte("x"))
	for _, table := range []string{"content", "content-listener", "search"} {
		id := firstID(t, p.okOn(t, "dead-letters", "list", "--table", table))
		require.Equal(t, 1, p.on("dead-letters", "discard", id, "--by", "kim"))
		require.Contains(t, p.err.String(), "--reason")
		p.in = "no\n"
		require.Equal(t, 1, p.on("dead-letters", "discard", id, "--by", "kim", "--reason", "쓸모없음"))
		require.Contains(t, p.err.String(), "discard "+id)
		require.Contains(t, p.err.String(), "not discarded")
		p.in = ""
		require.Equal(t, 1, p.on("dead-letters", "discard", id, "--by", "kim", "--reason", "쓸모없음"), "no answer is no")

		p.in = "yes\n"
		require.Contains(t, p.okOn(t, "dead-letters", "discard", id, "--by", "kim", "--reason", "쓸모없음"), "kim")
		shown := p.okOn(t, "dead-letters", "show", id)
		for _, want := range []string{"discarded", "kim", "쓸모없음"} {
			require.Contains(t, shown, want)
		}
		require.Contains(t, p.okOn(t, "dead-letters", "list", "--table", table, "--state", "discarded"), id)
	}
	require.EqualValues(t, 0, p.number(t, "SELECT COUNT(*) FROM content_publisher_dead_letters"))
	left, err := p.mongo.Collection("kafka_listener_dead_letters").CountDocuments(t.Context(), bson.D{{Key: "parked", Value: false}})
	require.NoError(t, err)
	require.Zero(t, left, "nobody tries it again")
}

func TestALetterThatIsNotThereIsSaidSo(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	for _, verb := range []string{"show", "retry"} {
		for id, want := range map[string]string{
			"content:99": "no such letter", "member:99": "no such letter", "content-listener:99": "no such letter",
			"search:65f000000000000000000000": "no such letter",
			"7":                               "table:number", "content:x": "table:number", "search:7": "table:number", "content:-1": "table:number",
			"image:7": "no such table",
		} {
			require.Equal(t, 1, p.on("dead-letters", verb, id), id)
			require.Contains(t, p.err.String(), want, id)
		}
	}
	require.Equal(t, 1, p.on("dead-letters", "list", "--state", "lost"))
	require.Contains(t, p.err.String(), "a state is")
	require.Equal(t, 1, p.on("dead-letters", "list", "--table", "image"))
	require.Contains(t, p.err.String(), "content-listener")
}
