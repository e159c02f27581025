package measure

import (
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary the service that is measured.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		os.Exit(serve())
	}
	os.Exit(m.Run())
}

// serve answers not ready for a while, then ready, and ends with SIGTERM.
func serve() int {
	ready := time.Now().Add(100 * time.Millisecond)
	mux := http.NewServeMux()
	mux.HandleFunc("/healthcheck/ready", func(w http.ResponseWriter, _ *http.Request) {
		if time.Now().Before(ready) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		return 1
	}
	go func() { _ = http.Serve(listener, mux) }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
	return 0
}

func TestAServiceIsTimedFromItsStartToReady(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	result, err := Run(t.Context(), self, []string{"PORT=1"}, time.Millisecond)
	require.NoError(t, err)
	require.GreaterOrEqual(t, result.Ready, 100*time.Millisecond)
	require.Greater(t, result.Resident, int64(1<<20))
}

func TestMemoryIsReadAsTheKernelWritesIt(t *testing.T) {
	t.Parallel()
	got, err := parseResident([]byte("Name:\tx\nVmRSS:\t   1234 kB\nThreads:\t1\n"))
	require.NoError(t, err)
	require.Equal(t, int64(1234<<10), got)
	_, err = parseResident([]byte("Name:\tx\n"))
	require.ErrorIs(t, err, errNoMemory)
}

func TestTheEnvironmentOfAProcessIsRead(t *testing.T) {
	t.Parallel()
	environ, err := Environment(os.Getpid())
	require.NoError(t, err)
	require.NotEmpty(t, environ)
	require.Equal(t, []string{"B=2"}, without([]string{"PORT=1", "B=2"}, "PORT"))
}
