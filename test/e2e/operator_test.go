package e2e_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/tools/ctl"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

// operator runs dailyfeedctl on the stores of the fleet; into takes its answer.
func operator(t *testing.T, into any, args ...string) (code int) {
	t.Helper()
	var out, faults bytes.Buffer
	root := ctl.New(ctl.Surroundings{In: strings.NewReader(""), Out: &out, Err: &faults, Config: t.TempDir(), Environ: func(name string) string {
		if name == "DAILYFEED_LOCAL" {
			return local
		}
		return ""
	}})
	root.SetArgs(append(args, "-o", "json"))
	code = ctl.Explain(&faults, root.ExecuteContext(t.Context()))
	require.NoError(t, json.Unmarshal(out.Bytes(), into), faults.String())
	return code
}

func TestAnOperatorTracesAPostThroughTheFleet(t *testing.T) {
	t.Parallel()
	writer := someone(t)
	post := writer.post(t, "길을 따라가다")
	var trace pipeline.Trace
	within(t, time.Minute, "every group has handled the post", func() bool {
		if operator(t, &trace, "events", "trace", strconv.FormatInt(post.ID, 10)) != 0 || len(trace.Events) == 0 {
			return false
		}
		for _, step := range trace.Events[0].Groups {
			if step.State != "applied" && step.State != "passed" {
				return false
			}
		}
		return true
	})
	require.NotNil(t, trace.Row)
	require.EqualValues(t, 1, trace.Row.Version)
	created := trace.Events[0]
	require.Equal(t, "POST_CREATE", created.Type)
	require.NotEmpty(t, created.TraceID, "it names the request")
	require.Len(t, created.Places, 1)
	for _, service := range []string{"activity", "timeline", "search"} {
		require.Equal(t, "applied", created.Groups[service].State, service)
	}
	require.NotNil(t, created.Groups["activity"].Delay)
}

// What is derived is broken by hand, found and rebuilt, while the fleet serves.
func TestAnAuditFindsWhatIsBrokenAndRepairsIt(t *testing.T) {
	t.Parallel()
	writer, reader := someone(t), someone(t)
	post := writer.post(t, "고쳐질 글")
	_, err := reader.content.LikePost(t.Context(), post.ID)
	require.NoError(t, err)
	within(t, time.Minute, "it is recorded", func() bool { return containsAll(writer.activities(t), "POST_CREATE") })

	state, err := fleet.ReadState(fleet.Config{Local: local})
	require.NoError(t, err)
	documents, err := mongo.Open(mongo.Config{URI: state.Stores.MongoDB, Database: "dailyfeed"})
	require.NoError(t, err)
	defer func() { require.NoError(t, documents.Close()) }()
	pool := openAdmin(t, state.Stores.MySQL)
	_, err = documents.Collection("member_activities").DeleteMany(t.Context(), bson.D{{Key: "post_id", Value: post.ID}, {Key: "member_activity_type", Value: "POST_CREATE"}})
	require.NoError(t, err)
	require.NoError(t, pool.DB(t.Context()).Exec("UPDATE post_stats SET like_count = 77 WHERE post_id = ?", post.ID).Error)

	var audit pipeline.Audit
	within(t, 2*time.Minute, "the audit tells the loss from what is on its way", func() bool {
		operator(t, &audit, "audit", "--settle", "1s")
		return missing(audit) > 0
	})
	operator(t, &audit, "audit", "--repair", "--settle", "1s")
	within(t, time.Minute, "the activity is recorded again", func() bool { return containsAll(writer.activities(t), "POST_CREATE") })
	seen, err := reader.timeline.GetPost(t.Context(), post.ID)
	require.NoError(t, err)
	require.EqualValues(t, 1, seen.LikeCount)
	for _, count := range audit.Events {
		require.Zero(t, count.Lost+count.Phantom, "%+v", count)
	}
}

func missing(audit pipeline.Audit) (n int64) {
	for _, count := range audit.Events {
		n += count.Missing
	}
	return n
}

// openAdmin reaches all tables, as an operator does.
func openAdmin(t *testing.T, dsn string) *mysql.Pool {
	t.Helper()
	if !strings.Contains(dsn, "/dailyfeed") {
		at := strings.LastIndex(dsn, "/")
		dsn = dsn[:at+1] + "dailyfeed" + dsn[at+1:]
	}
	pool, err := mysql.Open(mysql.Config{DSN: dsn, MaxOpen: 2})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}
