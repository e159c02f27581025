package outages_test

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var soakFor = flag.Duration("soak", 0, "how long load goes on while what processes hold is watched; 0 leaves it out")

// held are the metrics of what a process holds, and what is noise in each.
var held = map[string]float64{
	"go_goroutines": 100, "process_open_fds": 60, "process_resident_memory_bytes": 48 << 20, "go_memstats_heap_inuse_bytes": 48 << 20,
	"go_sql_open_connections": 10,
}

const (
	samples       = 30
	soakPerSecond = 60
	// growth is how much more than in the second third a process may hold in the
	// last, beside noise.
	growth = 1.15
)

// What each process holds is flat under steady load: goroutines, connections,
// file descriptors and memory.
func TestASoakGrowsNothing(t *testing.T) { //nolint:paralleltest // watches all
	if *soakFor == 0 {
		return // make soak
	}
	l := startLoad(t, populated(t), clients, soakPerSecond)
	seen := map[string][]float64{}
	for range samples {
		pause(t.Context(), *soakFor/samples)
		for replica, base := range homeState.URLs {
			for name, value := range sample(t, base) {
				seen[replica+" "+name] = append(seen[replica+" "+name], value)
			}
		}
	}
	l.end()
	all := l.next().of()
	t.Logf("%s, %d requests, %d failed: %s", *soakFor, all.well+all.failed(), all.failed(), all.codes())
	for _, what := range slices.Sorted(maps.Keys(seen)) {
		values := seen[what]
		require.Len(t, values, samples, "%s was not always there", what)
		second, last := mean(values[samples/3:2*samples/3]), mean(values[2*samples/3:])
		t.Logf("| %s | %.0f | %.0f | %.0f |", what, values[0], second, last)
		_, metric, _ := strings.Cut(what, " ")
		require.LessOrEqual(t, last, second*growth+held[metric], what)
	}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// sample reads what a replica holds from its admin port.
func sample(t *testing.T, base string) map[string]float64 {
	t.Helper()
	where, err := url.Parse(base)
	require.NoError(t, err)
	port, err := strconv.Atoi(where.Port())
	require.NoError(t, err)
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/metrics", port+1000))
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	return watched(t, response.Body)
}

// watched reads the metrics that are watched; of one with several series the sum.
func watched(t *testing.T, text io.Reader) map[string]float64 {
	t.Helper()
	found := map[string]float64{}
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		name, _, _ := strings.Cut(fields[0], "{")
		if _, is := held[name]; !is {
			continue
		}
		value, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		require.NoError(t, err)
		found[name] += value
	}
	require.NoError(t, lines.Err())
	return found
}
