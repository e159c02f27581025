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
	"strings"
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

// spawn starts image on the studio's bucket, which answers from now on.
func (s *studio) spawn(t *testing.T) *child {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	c := &child{Cmd: exec.CommandContext(t.Context(), os.Args[0], "serve"), log: &output{}}
	c.Env = append(append(os.Environ(), s.environ...), childVariable+"=1", "PORT="+port, "ADMIN_PORT=0", "SHUTDOWN_DELAY=0s")
	c.Stdout, c.Stderr = c.log, c.log
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
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

func Test50UploadsOf12MegapixelsAtOnceAreAllServedUnder400MB(t *testing.T) {
	t.Parallel()
	s := open(t)
	server, data := s.spawn(t), camera(t)
	idle := server.status(t, "VmRSS")
	begun := time.Now()
	var uploads sync.WaitGroup
	answers := make([]answer, 50)
	if raceDetector { // which makes decoding ten times slower
		answers = answers[:8]
	}
	for i := range answers {
		uploads.Go(func() { answers[i] = s.upload(t, int64(i+1), "/api/images/upload", "image", "a.jpg", data) })
	}
	uploads.Wait()
	took := time.Since(begun)
	peak := server.status(t, "VmHWM")
	t.Logf("%d uploads of %.1f MB: %v, %d MB at most, %d MB idle", len(answers), float64(len(data))/1e6, took, peak/1e6, idle/1e6)
	served := 0
	for _, got := range answers {
		if got.status == http.StatusOK {
			served++
		}
	}
	if took < 20*time.Second { // on a machine that is busy otherwise some may wait too long
		require.Equal(t, len(answers), served, server.log.String())
	}
	if !raceDetector {
		require.Less(t, peak, 400_000_000)
	}
}

func TestKilledWhileItKeepsPicturesItLeavesNoHalfOneVisible(t *testing.T) {
	t.Parallel()
	s := open(t, "IMAGE_UPLOADS_PER_DAY=0", "WRITE_BURST=100000", "WRITE_RATE=100000", "ADDRESS_WRITE_BURST=100000", "ADDRESS_WRITE_RATE=100000")
	server := s.spawn(t)
	data := photo(t, 500, 400)
	var uploads sync.WaitGroup
	kept := make(chan string, 10_000)
	for range 4 {
		uploads.Go(func() {
			for s.keepUntilKilled(data, kept) == nil {
			}
		})
	}
	for range 20 {
		<-kept
	}
	require.NoError(t, server.Process.Kill())
	uploads.Wait()
	close(kept)
	s.join(t)
	for id := range kept {
		require.Equal(t, 200, s.send(t, 0, "GET", "/api/images/view/"+id, "", nil).status, "what was acknowledged is there")
	}
	s.requireWhole(t)
}

// requireWhole cleans with every picture in use, and then holds each that is
// left on the disk to be whole.
func (s *studio) requireWhole(t *testing.T) {
	t.Helper()
	_, err := s.service.album.CleanOrphans(t.Context(), all{}, time.Now().Add(time.Hour))
	require.NoError(t, err)
	folders, err := os.ReadDir(s.folder + "/pictures")
	require.NoError(t, err)
	for _, folder := range folders {
		files, err := os.ReadDir(s.folder + "/pictures/" + folder.Name())
		require.NoError(t, err)
		var names []string
		for _, file := range files {
			names = append(names, file.Name())
		}
		if len(names) == 0 {
			continue
		}
		require.Equal(t, []string{"about.json", "full", "thumbnail"}, names)
		for _, query := range []string{"", "?thumbnail=true"} {
			got := s.send(t, 0, "GET", "/api/images/view/"+folder.Name()+query, "", nil)
			require.Equal(t, 200, got.status)
			_, _, err := image.Decode(strings.NewReader(got.body))
			require.NoError(t, err)
		}
	}
}
