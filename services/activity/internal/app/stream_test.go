package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// listener is an open stream.
type listener struct {
	answer *http.Response
	// events are what came, comments how often a comment line did; both end with
	// the stream.
	events   chan sent
	comments chan struct{}
	leave    context.CancelFunc
}

type sent struct {
	id   string
	data activityrest.Activity
}

// listen opens a stream that is answered with 200.
func (f *fleet) listen(t *testing.T, member int64, headers ...string) *listener {
	t.Helper()
	l := f.open(t, member, prefix+"/stream", headers...)
	require.Equal(t, http.StatusOK, l.answer.StatusCode)
	require.Equal(t, "text/event-stream", l.answer.Header.Get("Content-Type"))
	return l
}

func (f *fleet) open(t *testing.T, member int64, path string, headers ...string) *listener {
	t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+path, http.NoBody)
	require.NoError(t, err)
	if member != 0 {
		f.member.issuer.Authorize(request, member)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	l := &listener{answer: response, events: make(chan sent, 1000), comments: make(chan struct{}, 100), leave: leave}
	done := make(chan struct{})
	go func() { l.read(); close(done) }()
	t.Cleanup(func() { leave(); <-done })
	return l
}

func (l *listener) read() {
	defer close(l.events)
	defer func() { _ = l.answer.Body.Close() }()
	var now sent
	for lines := bufio.NewScanner(l.answer.Body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ":")
		switch {
		case lines.Text() == ":":
			l.comments <- struct{}{}
		case field == "id":
			now.id = strings.TrimSpace(value)
		case field == "data":
			if json.Unmarshal([]byte(value), &now.data) == nil {
				l.events <- now
			}
			now = sent{}
		}
	}
}

func (l *listener) next(t *testing.T) sent {
	t.Helper()
	select {
	case event, ok := <-l.events:
		require.True(t, ok, "the stream ended")
		return event
	case <-time.After(patience):
		require.Fail(t, "nothing came")
		return sent{}
	}
}

func (l *listener) requireEnd(t *testing.T) {
	t.Helper()
	select {
	case event, ok := <-l.events:
		require.False(t, ok, "%v", event)
	case <-time.After(patience):
		require.Fail(t, "the stream goes on")
	}
}

func TestA8TellsWhatIsRecordedAndNothingOld(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 69, 1, at(0)))
	l := f.listen(t, 1)
	f.join(t) // another replica records
	f.apply(t,
		postEvent(activityrecord.PostDelete, 7, 71, 2, at(1)), postEvent(activityrecord.PostCreate, 7, 71, 1, at(2)),
		readEvent(activityrecord.PostRead, 7, 90, 0, at(3)), postEvent(activityrecord.PostCreate, 8, 80, 1, at(4)),
		likeEvent(activityrecord.LikePost, 7, 90, 0, 1, at(5)),
	)
	got := l.next(t)
	require.Equal(t, activityrest.ActivityTypeLikePost, got.data.MemberActivityType, "neither old, deleted, private nor another's")
	require.Equal(t, got.id, got.data.ID)
	require.Equal(t, "이름7", *got.data.MemberName)
	require.Equal(t, "handle7", *got.data.MemberHandle)
	require.Equal(t, f.as(t, 1, "GET", followings, "").page(t).Content[0], got.data, "data is an Activity of A6")
	f.publishFollow(t, 1, 8)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 72, 1, at(6)), likeEvent(activityrecord.LikePost, 7, 90, 0, 3, at(7)))
	require.Eventually(t, func() bool {
		f.apply(t, postEvent(activityrecord.PostCreate, 8, now().UnixNano()>>12, 1, at(8)))
		return len(l.events) > 0
	}, patience, 500*time.Millisecond, "a new follow is noticed")
	require.EqualValues(t, 8, l.next(t).data.MemberID, "an unfollow takes effect at once")
}

func TestA8ResumesAfterTheLastEvent(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	first := f.listen(t, 1)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	last := first.next(t)
	first.leave()
	want := []int64{71, 72, 73}
	for _, post := range want { // each recorded by itself, the latest happened first
		f.apply(t, postEvent(activityrecord.PostCreate, 7, post, 1, at(100-int(post))))
		recorded := now() // which is kept in milliseconds
		require.Eventually(t, func() bool { return now().Sub(recorded) > time.Millisecond }, patience, time.Millisecond)
	}
	again := f.listen(t, 1, "Last-Event-ID", last.id)
	for _, post := range want {
		require.Equal(t, post, *again.next(t).data.PostID)
	}
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 74, 1, at(5)))
	require.EqualValues(t, 74, *again.next(t).data.PostID, "and goes on, each once")
	unknown := f.listen(t, 1, "Last-Event-ID", "no such activity")
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 75, 1, at(6)))
	require.EqualValues(t, 75, *unknown.next(t).data.PostID)
}

func TestA8SaysEvery15SecondsThatItLives(t *testing.T) {
	t.Parallel()
	f := start(t)
	l := f.listen(t, 1)
	begin := time.Now()
	select {
	case <-l.comments:
		require.InDelta(t, 15, time.Since(begin).Seconds(), 2)
	case <-time.After(patience):
		require.Fail(t, "no comment came")
	}
}

func TestA8TakesATicketOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	issue := func() string {
		return data[activityrest.StreamTicket](t, f.as(t, 1, "POST", prefix+"/stream/ticket", "").requireOK(t, 200)).Ticket
	}
	ticket := issue()
	f.join(t)
	l := f.open(t, 0, "/api/activity/stream?ticket="+ticket)
	require.Equal(t, http.StatusOK, l.answer.StatusCode)
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	require.EqualValues(t, 70, *l.next(t).data.PostID)
	for _, used := range []string{ticket, "", "x", strings.Repeat("A", 43)} {
		f.as(t, 0, "GET", prefix+"/stream?ticket="+used, "").requireCode(t, 401, "BEARER_TOKEN_MISSING")
	}
	f.as(t, 0, "GET", prefix+"?ticket="+issue(), "").requireCode(t, 401, "BEARER_TOKEN_MISSING")
	f.as(t, 0, "POST", prefix+"/stream/ticket", "").requireCode(t, 401, "BEARER_TOKEN_MISSING")

	unused := issue()
	keys, err := f.service.redis.Conn().Keys(t.Context(), "activity:stream-ticket:*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 2, "those that were not redeemed")
	for _, key := range keys {
		left, err := f.service.redis.Conn().TTL(t.Context(), key).Result()
		require.NoError(t, err)
		require.InDelta(t, 30, left.Seconds(), 2)
		require.NotContains(t, key, unused)
		kept, err := f.service.redis.Conn().Get(t.Context(), key).Result()
		require.NoError(t, err)
		require.NotContains(t, kept, "Bearer", "Redis gets no token")
	}
}

func TestA8EndsWhenItsTokenIsRevoked(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.member.follow(1, 7)
	token := f.member.issuer.Token(1, authtest.Session(77), authtest.TokenID("jti-77"))
	l := f.open(t, 0, prefix+"/stream", "Authorization", "Bearer "+token)
	require.Equal(t, http.StatusOK, l.answer.StatusCode)
	f.member.issuer.Revoke("jti-77")
	require.NoError(t, f.service.redis.Conn().Set(t.Context(), "member:authentication:blacklist:jti-77", "1", time.Hour).Err())
	f.apply(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	l.requireEnd(t)
	f.as(t, 0, "GET", prefix+"/stream", "", "Authorization", "Bearer "+token).requireCode(t, 401, "TOKEN_REVOKED")
}

func TestA8BoundsItsStreams(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.MaxStreams = 1 })
	l := f.listen(t, 1)
	f.as(t, 2, "GET", prefix+"/stream", "").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	l.leave()
	require.Eventually(t, func() bool { open, _ := f.service.hub.Open(); return open == 0 }, patience, 10*time.Millisecond)
	f.listen(t, 2)
}
