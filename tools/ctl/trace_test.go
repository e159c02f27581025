package ctl_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

// One screen: request, row, partition and offset, what each group did and when, dead
// letters and replays.
func TestTraceShowsTheWholeWayOfAPost(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	created, revised, waiting := p.event(activityrecord.PostCreate, 42, 1), p.event(activityrecord.PostUpdate, 42, 2), p.event(activityrecord.PostUpdate, 42, 3)
	p.row(t, 42, 3)
	p.onKafka(t, created, p.event(activityrecord.PostCreate, 43, 1), created)
	p.consume(t, "activity", nil)
	p.consume(t, "search", nil)
	p.recorded(t, created)
	p.searchable(t, 42, 1)
	require.NoError(t, p.redis.Set(t.Context(), "member_activity:kafka_key:"+created.GetEventId()+":timeline", "1", time.Hour-time.Second).Err())
	p.onKafka(t, revised)
	p.inTable(t, waiting)

	out := p.okOn(t, "events", "trace", "42")
	require.Contains(t, out, "post 42 by member 7 in posts: version 3, live")
	require.Contains(t, out, "자전거")
	first := lineWith(t, out, "POST_CREATE")
	for _, want := range []string{requestTrace, p.prefix + p.day() + "/", "@0 +", "applied +250ms"} {
		require.Contains(t, first, want)
	}
	require.Equal(t, 3, strings.Count(first, "applied"), "activity, timeline by its mark, search by its version: %s", first)
	require.Contains(t, first, "waits", "content's group has not come so far")
	second := lineWith(t, out, "POST_UPDATE", p.prefix)
	require.Equal(t, 4, strings.Count(second, "waits"))
	require.Equal(t, 4, strings.Count(lineWith(t, out, "row content:", "waiting"), "unsent"))
	require.Contains(t, out, "replays: 1, dead letters: 0")
	require.NotContains(t, out, "###43###")

	var trace pipeline.Trace
	require.NoError(t, json.Unmarshal([]byte(p.okOn(t, "events", "trace", "post", "42", "-o", "json")), &trace))
	require.Len(t, trace.Events, 3)
	require.Len(t, trace.Events[0].Places, 2, "it was sent twice")
	require.Equal(t, 250*time.Millisecond, *trace.Events[0].Groups["activity"].Delay)
	require.Equal(t, "waiting", trace.Events[2].Letter.State)
}

func TestTraceShowsRecordsThatAServiceCouldNotApply(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	e := p.event(activityrecord.PostCreate, 42, 1)
	p.onKafka(t, e)
	var trace pipeline.Trace
	require.NoError(t, json.Unmarshal([]byte(p.okOn(t, "events", "trace", "42", "-o", "json")), &trace))
	at := trace.Events[0].Places[0]
	p.unapplied(t, "search", at.Topic, at.Partition, at.Offset, p.letter(t, e).Payload)
	out := p.okOn(t, "events", "trace", "42")
	require.Contains(t, lineWith(t, out, "POST_CREATE", requestTrace), "parked")
	require.Contains(t, out, "dead letters: 1")
	require.Contains(t, out, "cannot be read")
	require.Contains(t, out, "no row")
}

func TestTraceOfAMemberIsAboutItsAccountAndFollows(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	login := p.event(activityrecord.MemberLogin, 0, 0)
	login.State = nil
	p.onKafka(t, login, p.event(activityrecord.PostCreate, 7, 1))
	out := p.okOn(t, "events", "trace", "member", "7")
	require.Contains(t, out, "MEMBER_LOGIN")
	require.NotContains(t, out, "POST_CREATE")
}

func TestTraceRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"404"}, "post 404: nothing is known of it"},
		{[]string{"member", "404"}, "member 404: nothing is known of it"},
		{[]string{"first"}, "an id is a positive number"},
		{[]string{"post", "-1"}, "unknown shorthand"},
		{[]string{"comment", "7"}, "a post or a member"},
		{nil, "accepts between 1 and 2"},
	} {
		require.Equal(t, 1, p.on(append([]string{"events", "trace"}, c.args...)...), c.args)
		require.Contains(t, p.err.String(), c.want)
	}
}
