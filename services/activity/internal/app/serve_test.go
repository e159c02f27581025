package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func secret(text string) process.Secret { return process.Secret(text) }

func TestEveryRouteOfTheContractIsMountedAndNoOther(t *testing.T) {
	t.Parallel()
	f := start(t)
	want := map[string]bool{}
	for _, r := range contract.Routes() {
		want[r.Method+" "+r.Path] = true
	}
	for _, route := range f.service.server.Routes() {
		require.Truef(t, want[route], "%s is not in the contract", route)
		delete(want, route)
	}
	require.Empty(t, want)
}

func TestAStartWithoutIndexesIsRefused(t *testing.T) {
	t.Parallel()
	f := &fleet{member: startMember(t)}
	f.cfg = f.settings(t)
	f.cfg.Port, f.cfg.AdminPort, f.cfg.ShutdownDelay = 0, 0, 0
	err := serve(t.Context(), f.cfg, nil)
	require.ErrorIs(t, err, mongo.ErrNotMigrated)
	require.ErrorContains(t, err, "migrate")
	require.ErrorContains(t, err, "member_activities.message_key_1")
	require.NoError(t, migrate(t.Context(), f.cfg, nil))
	require.NoError(t, migrate(t.Context(), f.cfg, nil), "twice is well")
}

func TestServeRunsUntilItIsStoppedAndWaitsForItsStore(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	f := &fleet{member: startMember(t)}
	f.cfg = f.settings(t)
	f.cfg.MongoDBURI, f.cfg.MongoDBDatabase = secret(database.URI), database.Database
	require.NoError(t, migrate(t.Context(), f.cfg, nil))
	require.NoError(t, server.Kill()) // the pod is first
	f.cfg.Port, f.cfg.AdminPort, f.cfg.ShutdownDelay = testenv.FreePort(t), 0, 0
	f.url = "http://127.0.0.1:" + strconv.Itoa(f.cfg.Port)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, f.cfg, nil) }()
	t.Cleanup(stop)
	require.Eventually(t, func() bool { return status(f.url+"/healthcheck/live") == 200 }, patience, 10*time.Millisecond)
	require.Equal(t, 503, status(f.url+"/healthcheck/ready"))
	f.produce(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	require.NoError(t, server.Start(t.Context()))
	require.Eventually(t, func() bool { return status(f.url+"/healthcheck/ready") == 200 }, patience, 10*time.Millisecond)
	f.eventually(t, 7, "POST_CREATE 70")
	stop()
	require.NoError(t, <-ended)
}

func status(url string) int {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestWhatIsOlderThanTheRetentionIsRemoved(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.ActivityRetention = 48 * time.Hour })
	old := now().Add(-72 * time.Hour)
	f.apply(t,
		postEvent(activityrecord.PostCreate, 7, 70, 1, old), postEvent(activityrecord.PostDelete, 7, 70, 2, old.Add(time.Hour)),
		postEvent(activityrecord.PostCreate, 7, 71, 1, old.AddDate(0, 0, -30)), postEvent(activityrecord.PostDelete, 7, 71, 2, old.AddDate(0, 0, -29)),
		postEvent(activityrecord.PostCreate, 7, 72, 1, now()),
	)
	require.Len(t, f.mine(t, 7), 5)
	require.NoError(t, f.service.clean(t.Context()))
	require.Equal(t, []string{"POST_CREATE 72"}, f.mine(t, 7))
	buried, err := f.service.store.FindBuried(t.Context(), []activity.Thing{{Post: 70}, {Post: 71}})
	require.NoError(t, err)
	require.Equal(t, map[activity.Thing]bool{{Post: 70}: true}, buried, "a deletion is remembered while events that it hides may come")
}

func TestEventsByHTTPAreForTheFleetOnlyAndSayWhichCanNeverBeApplied(t *testing.T) {
	t.Parallel()
	f := start(t)
	encode := func(e *activityrecord.Event) string {
		value, err := proto.Marshal(e)
		require.NoError(t, err)
		return base64.StdEncoding.EncodeToString(value)
	}
	send := func(events []string, headers ...string) answer {
		body, err := json.Marshal(activityrest.RecordEventsRequest{Events: events})
		require.NoError(t, err)
		return f.as(t, 0, "POST", "/internal/activities", string(body), headers...)
	}
	good := encode(postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	lawless := postEvent(activityrecord.PostCreate, 7, 71, 1, at(0))
	lawless.MemberId = 0
	send([]string{good}).requireCode(t, 404, "NOT_FOUND")
	send([]string{good}, "X-Internal-Token", "wrong").requireCode(t, 404, "NOT_FOUND")
	token := []string{"X-Internal-Token", authtest.InternalToken}
	for range 2 {
		got := data[activityrest.RecordedEvents](t, send([]string{encode(lawless), good, "AAAA"}, token...).requireOK(t, 200))
		require.Len(t, got.Refused, 2)
		require.Equal(t, []int{0, 2}, []int{got.Refused[0].Index, got.Refused[1].Index})
		require.Equal(t, "member_id must be a member id", got.Refused[0].Reason)
		require.Equal(t, "not a member activity event", got.Refused[1].Reason)
	}
	empty := data[activityrest.RecordedEvents](t, send([]string{""}, token...).requireOK(t, 200))
	require.Equal(t, "type must be a known type", empty.Refused[0].Reason)
	require.Equal(t, []string{"POST_CREATE 70"}, f.mine(t, 7))
	send(nil, token...).requireCode(t, 400, "VALIDATION_FAILED", "events")
	send(strings.Split(strings.Repeat(good+" ", 101), " "), token...).requireCode(t, 400, "VALIDATION_FAILED", "events")
	send([]string{"not base64!"}, token...).requireCode(t, 400, "VALIDATION_FAILED", "events")
	f.as(t, 0, "POST", "/internal/activities", `{"events":7}`, token...).requireCode(t, 400, "MALFORMED_REQUEST")
}
