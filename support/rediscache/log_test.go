package rediscache_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

// childOf names the environment variable that makes the test below a program of
// its own: what go-redis writes by itself goes to a process's stderr.
const childOf = "REDISCACHE_OUTAGE"

func TestAnOutageWritesNoPlainTextToStderr(t *testing.T) {
	t.Parallel()
	if os.Getenv(childOf) != "" {
		slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
		client, err := rediscache.Open(rediscache.Config{Addr: "127.0.0.1:1", Now: time.Now})
		require.NoError(t, err)
		for range 200 { // its pool complains after so many failures
			require.Error(t, client.Conn().Ping(context.Background()).Err())
		}
		require.NoError(t, client.Close())
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	child.Env = append(os.Environ(), childOf+"=1")
	var written bytes.Buffer
	child.Stderr = &written
	require.NoError(t, child.Run())
	require.NotEmpty(t, written.String(), "go-redis has something to say")
	for line := range strings.Lines(written.String()) {
		require.Regexp(t, `^\{.*\}\n$`, line)
	}
}
