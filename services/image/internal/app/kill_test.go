package app

import (
	"image"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestKilledWhileItKeepsPicturesItLeavesNoHalfOneVisible(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		s.environ = append(s.environ, unlimited...)
		const times = 3
		halves := 0
		for range times {
			for _, id := range s.uploadUntilKilled(t) {
				require.Equal(t, 200, s.send(t, 0, "GET", "/api/images/view/"+id, "", nil).status, "what was acknowledged is there")
			}
			halves += s.requireNoHalfIsVisible(t)
		}
		t.Logf("%d half pictures were left", halves)
		_, err := s.service.album.CleanOrphans(t.Context(), all{}, time.Now().Add(time.Hour))
		require.NoError(t, err)
		for id, names := range s.objects(t) {
			require.Equal(t, whole, names, id)
		}
	})
}

// unlimited takes every limit by member and address away.
var unlimited = []string{"IMAGE_UPLOADS_PER_DAY=0", "WRITE_BURST=100000", "WRITE_RATE=100000", "ADDRESS_WRITE_BURST=100000", "ADDRESS_WRITE_RATE=100000"}

var whole = []string{"about.json", "full", "thumbnail"}

// uploadUntilKilled uploads by four clients to a process that is killed under
// them, and returns what it acknowledged. Another replica answers from then on.
func (s *studio) uploadUntilKilled(t *testing.T) (acknowledged []string) {
	t.Helper()
	server := s.spawn(t, os.Args[0])
	data := photo(t, 500, 400)
	var uploads sync.WaitGroup
	const clients, before = 4, 10
	kept := make(chan string, 10_000)
	for range clients {
		uploads.Go(func() {
			for s.keepUntilKilled(data, kept) == nil {
			}
		})
	}
	for range before {
		acknowledged = append(acknowledged, <-kept)
	}
	require.NoError(t, server.Process.Kill())
	uploads.Wait()
	close(kept)
	for id := range kept {
		acknowledged = append(acknowledged, id)
	}
	s.join(t)
	return acknowledged
}

// requireNoHalfIsVisible asks for everything that has left a trace: it is whole,
// or not there. It returns how many are not.
func (s *studio) requireNoHalfIsVisible(t *testing.T) (halves int) {
	t.Helper()
	for id, names := range s.objects(t) {
		if !slices.Equal(whole, names) {
			halves++
		}
		for _, query := range []string{"", "?thumbnail=true"} {
			got := s.send(t, 0, "GET", "/api/images/view/"+id+query, "", nil)
			if got.status == http.StatusNotFound {
				require.NotContains(t, names, "about.json")
				continue
			}
			require.Equal(t, 200, got.status)
			_, _, err := image.Decode(strings.NewReader(got.body))
			require.NoError(t, err)
		}
	}
	return halves
}

// A process may be killed behind every one of its writes: what each leaves is
// invisible until the last, and the cleaner removes it.
func TestWhateverIsWrittenOfAPictureItIsInvisibleUntilItIsWhole(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		const id = "1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10"
		for _, name := range []string{"full", "thumbnail"} {
			s.put(t, "pictures/"+id+"/"+name, []byte("half"))
			for _, query := range []string{"", "?thumbnail=true"} {
				require.Equal(t, 404, s.send(t, 0, "GET", "/api/images/view/"+id+query, "", nil).status)
			}
		}
		removed, err := s.service.album.CleanOrphans(t.Context(), all{}, time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, 1, removed)
		require.Empty(t, s.objects(t))
	})
}
