//go:build linux

package picture_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
)

const (
	childVariable = "DAILYFEED_PICTURE_MEMORY"
	mebibyte      = 1 << 20
	// mostAboveIdle is what one upload may take; mostOfDecoder where the
	// library's decoder keeps every pixel at four bytes.
	mostAboveIdle = 100 * mebibyte
	mostOfDecoder = 210 * mebibyte
)

// TestMain makes this binary its own child, whose memory is nobody else's.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	if err := printPeaks(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func printPeaks() error {
	space := picture.NewRoom(limits().Memory, 1, time.Minute)
	for _, item := range corpus.All() {
		debug.FreeOSMemory()
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // forget the peak
			return err
		}
		idle, err := status("VmRSS")
		if err != nil {
			return err
		}
		_, _ = picture.Develop(context.Background(), item.Data, limits(), space)
		peak, err := status("VmHWM")
		if err != nil {
			return err
		}
		fmt.Printf("%d\t%s\n", peak-idle, item.Name)
	}
	return nil
}

// status reads a line of /proc/self/status, in bytes.
func status(name string) (int, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		return 0, os.ErrNotExist
	}
	kib, err := strconv.Atoi(string(found[1]))
	return kib << 10, err
}

// decoderKeepsAll are the bombs within the limits.
var decoderKeepsAll = map[string]bool{"png 50 MP": true, "webp 20 MP": true}

func TestEachItemOfTheCorpusStaysWithinItsMemory(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Log("measured without the race detector, whose shadow memory is not ours")
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1")
	out, err := child.Output()
	require.NoError(t, err)
	lines := regexp.MustCompile(`(?m)^(-?\d+)\t(.+)$`).FindAllSubmatch(out, -1)
	require.Len(t, lines, len(corpus.All()))
	for _, line := range lines {
		peak, err := strconv.Atoi(string(line[1]))
		require.NoError(t, err)
		if peak > mostAboveIdle/4 {
			t.Logf("%s: %d MiB above idle", line[2], peak/mebibyte)
		}
		limit := mostAboveIdle
		if decoderKeepsAll[string(line[2])] {
			limit = mostOfDecoder
		}
		require.LessOrEqual(t, peak, limit, string(line[2]))
	}
}
