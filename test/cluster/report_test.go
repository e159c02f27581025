//go:build cluster

package cluster_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// report is what a run found, as the lines of Markdown that docs/cluster.md takes.
type report struct {
	mu    sync.Mutex
	lines []string
}

func newReport(t *testing.T, title string) *report {
	t.Helper()
	r := &report{}
	r.add("## %s", title)
	t.Cleanup(func() {
		text := strings.Join(r.lines, "\n") + "\n"
		t.Log("\n" + text)
		if file := os.Getenv("E2E_REPORT"); file != "" {
			out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			require.NoError(t, err)
			_, err = out.WriteString(text + "\n")
			require.NoError(t, err)
			require.NoError(t, out.Close())
		}
	})
	return r
}

func (r *report) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
	fmt.Fprintln(os.Stderr, time.Now().UTC().Format("15:04:05"), r.lines[len(r.lines)-1])
}
