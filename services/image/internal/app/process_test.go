package app

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

const childVariable = "DAILYFEED_IMAGE_CHILD"

// TestMain makes this binary image itself where a test starts it as one.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(process.Main("image", Commands()))
	}
	testenv.Main(m)
}

// child is image in a process of its own.
type child struct {
	*exec.Cmd
	log *output
}

// output is what a process has written so far; it may be read meanwhile.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// spawn starts image on the studio's bucket, which answers from now on: this
// binary, or another.
func (s *studio) spawn(t *testing.T, binary string) *child {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	c := &child{Cmd: exec.CommandContext(t.Context(), binary, "serve"), log: &output{}}
	c.Env = append(append(os.Environ(), s.environ...), childVariable+"=1", "PORT="+port, "ADMIN_PORT=0", "SHUTDOWN_DELAY=0s")
	c.Stdout, c.Stderr = c.log, c.log
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if t.Failed() {
			t.Logf("what the process said:\n%s", c.log)
		}
	})
	s.url = "http://" + address
	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthcheck/ready", nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		return err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK
	}, 30*time.Second, 20*time.Millisecond)
	return c
}

// status is a line of the child's /proc status, in bytes.
func (c *child) status(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	require.NoError(t, err)
	found := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(text)
	require.NotNil(t, found)
	kib, err := strconv.Atoi(string(found[1]))
	require.NoError(t, err)
	return kib << 10
}

// camera is a photo of 12 megapixels as a phone writes it: 3 to 5 MB.
func camera(t testing.TB) []byte {
	t.Helper()
	const w, h = 4000, 3000
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	seed := uint32(1)
	for i := range m.Y {
		seed = seed*1664525 + 1013904223
		m.Y[i] = byte(i%w*180/w) + byte(seed>>26)
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = byte(i%(w/2)/16), byte(i/(w/2)/8)
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}))
	require.Less(t, b.Len(), 5<<20)
	require.Greater(t, b.Len(), 2<<20)
	return b.Bytes()
}
