package outages_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	every    = flag.Bool("every", false, "take every part away in every way, not only a selection")
	tableOut = flag.String("table", "", "write the table of outages into this file, between its marks")
)

// way is how a part can be missing.
type way struct {
	name string
	take func(t *testing.T, part string) taken
}

var ways = []way{{"killed", kill}, {"hung", hang}, {"slow", slow}}

// costs are the services whose endpoints may fail while a part is missing: what
// that part does, and nothing else (spec 01, promise 4). search shows only
// what is live, and asks timeline for that.
var costs = map[string][]string{
	"mysql":    {"member", "content", "timeline", "search"},
	"mongodb":  {"search", "activity"},
	"redis":    nil,
	"kafka":    nil,
	"member":   {"member"},
	"content":  {"content"},
	"timeline": {"timeline", "search"},
	"search":   {"search"},
	"image":    {"image"},
	"activity": {"activity"},
}

// selection is what runs with the other tests.
var selection = map[string]string{"kafka": "hung", "redis": "killed", "mongodb": "killed"}

const (
	clients    = 48
	perSecond  = 150
	calmFor    = 3 * time.Second
	missingFor = 8 * time.Second
	// briefly is how long a part of the selection is missing.
	briefly = 4 * time.Second
	// wellAtLeast is the percentage of well answers of what must go on: the
	// requests that were under way when a process died are lost with it.
	wellAtLeast = 99.0
	// wellAtLeastBusy leaves room for a machine that has other tests to run.
	wellAtLeastBusy = 95.0
	backWithin      = 5 * time.Second
)

func TestAMissingPartCostsWhatItDoesAndNothingElse(t *testing.T) { //nolint:paralleltest // takes parts away from all
	w := populated(t)
	l := startLoad(t, w, clients, perSecond)
	wellAgain(t, l) // all endpoints do what they are for
	var rows []string
	for _, part := range append(slices.Clone(stores), services...) {
		for _, way := range ways {
			if !*every && selection[part] != way.name {
				continue
			}
			t.Run(part+" "+way.name, func(t *testing.T) { // one outage at a time
				rows = append(rows, outage(t, l, part, way))
			})
		}
	}
	writeTable(t, rows)
}

// outage takes a part away, looks at what still works, gives it back, and looks
// at how soon everything works again. It returns a row of the table.
func outage(t *testing.T, l *load, part string, way way) string {
	t.Helper()
	l.next()
	pause(t.Context(), calmFor)
	calm, began := l.next(), starts()
	missing := way.take(t, part)
	lasting := briefly
	if *every {
		lasting = missingFor
	}
	pause(t.Context(), lasting)
	during := l.next()
	missing.back()
	recovery := wellAgain(t, l)
	l.next()
	pause(t.Context(), calmFor)
	after := l.next()

	may := costs[part]
	var must []string
	for _, s := range services {
		if !slices.Contains(may, s) {
			must = append(must, s)
		}
	}
	on := during.of(must...)
	row := fmt.Sprintf("| %s | %s | %.1f %% | %s | %s | %s | %.1f s |", part, way.name,
		on.share(), on.p99(), describe(during, must), describe(during, may), recovery.Seconds())
	t.Log(row)
	for _, e := range endpoints {
		if s := during.of(e.name); s.failed() > 0 {
			t.Logf("  %s: %.0f %% of %d, p99 %s: %s", e.name, s.share(), s.well+s.failed(), s.p99(), s.codes())
		}
	}
	t.Logf("  p99 before %s, after %s", calm.of().p99(), after.of().p99())
	requireNoRestart(t, began, part)
	enough := wellAtLeast
	if !*every {
		enough = wellAtLeastBusy
	}
	require.GreaterOrEqual(t, on.share(), enough, "what has nothing to do with %s goes on: %s", part, on.codes())
	for what := range during.of(may...).bad {
		require.Contains(t, []string{"503 SERVICE_UNAVAILABLE", "504 DEADLINE_EXCEEDED", "409 REQUEST_IN_PROGRESS"}, what, "a failure says what it is")
	}
	if !*every { // how long it took is for a machine that has nothing else to do
		return row
	}
	require.Less(t, recovery, backWithin)
	return row
}

// describe lists the endpoints of some services that failed, with their codes.
func describe(r *record, names []string) string {
	if len(names) == 0 {
		return "–"
	}
	codes := map[string]int{}
	var failed []string
	for _, e := range endpoints {
		if s := r.of(e.name); slices.Contains(names, e.service) && s.failed() > 0 {
			failed = append(failed, fmt.Sprintf("%s %.0f %%", e.name, s.share()))
			for what, count := range s.bad {
				codes[what] += count
			}
		}
	}
	if len(failed) == 0 {
		return "all well"
	}
	return strings.Join(failed, ", ") + ": " + seen{bad: codes}.codes()
}

// wellAgain asks every endpoint until each has answered well, and returns how
// long that took.
func wellAgain(t *testing.T, l *load) time.Duration {
	t.Helper()
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	left := slices.Clone(endpoints)
	for len(left) > 0 {
		var still []endpoint
		var wrong string
		for _, e := range left {
			if said := l.ask(ctx, e); said != "" {
				still, wrong = append(still, e), e.name+": "+said
			}
		}
		left = still
		require.NoError(t, ctx.Err(), "not well again: %s", wrong)
		pause(ctx, 20*time.Millisecond)
	}
	return time.Since(begin)
}

// requireNoRestart holds when nothing was started again but the part itself.
func requireNoRestart(t *testing.T, before map[string]int, part string) {
	t.Helper()
	for name, count := range starts() {
		if name != part && !strings.HasPrefix(name, part+"-") {
			require.Equal(t, before[name], count, "%s had to be started again", name)
		}
	}
}

const tableBegin, tableEnd = "<!-- outages -->\n", "<!-- /outages -->"

func writeTable(t *testing.T, rows []string) {
	t.Helper()
	if *tableOut == "" {
		return
	}
	text, err := os.ReadFile(*tableOut)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(text), tableBegin)
	require.True(t, found, "%s has no marks", *tableOut)
	_, tail, found := strings.Cut(rest, tableEnd)
	require.True(t, found)
	table := "| missing | how | of the rest well | p99 of the rest | failed of the rest | failed of what it costs (share that was well: codes) | well again after |\n|---|---|---|---|---|---|---|\n"
	require.NoError(t, os.WriteFile(*tableOut, []byte(head+tableBegin+table+strings.Join(rows, "\n")+"\n"+tableEnd+tail), 0o644))
}
