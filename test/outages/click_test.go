package outages_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/telemetry/telemetrytest"
)

// The low half of this trace id is small, and so every share of traces keeps it.
const clickTrace, clickSpan = "5ca1ab1e5ca1ab1e0000000000000001", "00000000000c11c4"

// A click on "post" is one trace: the request, its statements, the record, and
// in each consumer what that does to its store.
func TestOneTraceGoesFromTheClickToTheFollowersFeed(t *testing.T) { //nolint:paralleltest // before load is on
	writer, reader := someone(t), someone(t)
	_, err := reader.Members.Follow(t.Context(), writer.id)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, home.EdgeURL()+"/api/posts", strings.NewReader(`{"content":"따라가 보자"}`))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+writer.Token())
	r.Header.Set("traceparent", "00-"+clickTrace+"-"+clickSpan+"-01")
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusCreated, response.StatusCode)

	// each edge: service and name of a span, and what must be above it
	for _, edge := range []struct{ below, above string }{
		{"content server POST /api/posts", clickSpan},
		{"content client sql.conn.exec", "content server POST /api/posts"},
		{"content client redis", "content server POST /api/posts"},
		{"content producer send record", "content server POST /api/posts"},
		{"timeline consumer handle record", "content producer send record"},
		{"timeline client redis", "timeline consumer handle record"},
		{"activity consumer handle record", "content producer send record"},
		{"activity client mongodb", "activity consumer handle record"},
		{"search consumer handle record", "content producer send record"},
		{"search client mongodb", "search consumer handle record"},
	} {
		deadline := time.Now().Add(time.Minute)
		for !hasEdge(collector.Spans(clickTrace), edge.below, edge.above) {
			require.True(t, time.Now().Before(deadline), "%s below %s among %v", edge.below, edge.above, names(collector.Spans(clickTrace)))
			pause(t.Context(), 50*time.Millisecond)
		}
	}
	for _, table := range []string{"posts", "content_publisher_dead_letters"} {
		require.True(t, slices.ContainsFunc(collector.Spans(clickTrace), func(s telemetrytest.Span) bool {
			text := s.Attributes["db.query.text"]
			return strings.HasPrefix(text, "INSERT INTO") && strings.Contains(text, table) && !strings.Contains(text, "따라가")
		}), "the row of %s is a statement of the trace, without what was written", table)
	}
}

// hasEdge says whether a span of this name is directly below one of that name
// (or id). A name without its end stands for all that begin with it.
func hasEdge(spans []telemetrytest.Span, below, above string) bool {
	byID := map[string]telemetrytest.Span{}
	for _, s := range spans {
		byID[s.ID] = s
	}
	return slices.ContainsFunc(spans, func(s telemetrytest.Span) bool {
		return strings.HasPrefix(name(s), below) && (s.Parent == above || strings.HasPrefix(name(byID[s.Parent]), above))
	})
}

func name(s telemetrytest.Span) string { return s.Service + " " + s.Kind + " " + s.Name }

func names(spans []telemetrytest.Span) (all []string) {
	for _, s := range spans {
		all = append(all, name(s))
	}
	return all
}
