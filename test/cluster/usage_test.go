//go:build cluster

package cluster_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

// use is what a service's pods used, by their own metrics.
type use struct {
	processor float64 // seconds, of all its pods, since they began
	memory    float64 // bytes, of the largest pod
}

// meters are the admin ports of a service's pods.
type meters []string

func (m meters) read(t *testing.T) (u use) {
	t.Helper()
	for _, address := range m {
		said, err := ask(t, address+"/metrics", "")
		require.NoError(t, err)
		for line := range strings.SplitSeq(said.body, "\n") {
			name, value, _ := strings.Cut(line, " ")
			figure, err := strconv.ParseFloat(value, 64)
			switch {
			case err != nil:
			case name == "process_cpu_seconds_total":
				u.processor += figure
			case name == "process_resident_memory_bytes":
				u.memory = max(u.memory, figure)
			}
		}
	}
	return u
}

// work is what a service is loaded with.
type work struct {
	service, what string
	do            func(ctx context.Context, s *session.Session, n int) error
}

func works(t *testing.T, email, password string) []work {
	t.Helper()
	photo := drawPhoto(t)
	return []work{
		{"member", "one's own summary", func(ctx context.Context, s *session.Session, _ int) error {
			_, err := s.Members.GetMySummary(ctx)
			return err
		}},
		{"member", "logins", func(ctx context.Context, s *session.Session, _ int) error {
			_, err := s.LogIn(ctx, email, password)
			return err
		}},
		{"content", "posts", func(ctx context.Context, s *session.Session, n int) error {
			_, err := s.Contents.CreatePost(ctx, contentrest.WritePostRequest{Content: fmt.Sprint("부하 ", n)})
			return err
		}},
		{"timeline", "home feeds", func(ctx context.Context, s *session.Session, _ int) error {
			_, err := s.Timelines.ListFollowingPosts(ctx, timelinerest.ListFollowingPostsParams{})
			return err
		}},
		{"search", "searches of posts", func(ctx context.Context, s *session.Session, _ int) error {
			_, err := s.Searches.SearchPosts(ctx, searchrest.SearchPostsParams{Keyword: "부하"})
			return err
		}},
		{"activity", "one's own activities", func(ctx context.Context, s *session.Session, _ int) error {
			_, err := s.Activities.ListMyActivities(ctx, activityrest.ListMyActivitiesParams{})
			return err
		}},
		{"image", "uploads of 12 megapixels", func(ctx context.Context, s *session.Session, _ int) error {
			_, err := s.Images.UploadImage(ctx, "photo.jpg", photo)
			return err
		}},
	}
}

func drawPhoto(t *testing.T) []byte {
	t.Helper()
	const wide, high = 4000, 3000
	canvas := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			canvas.SetRGBA(x, y, color.RGBA{R: uint8(x ^ y), G: uint8(x / 16), B: uint8(y / 12), A: 255})
		}
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, canvas, &jpeg.Options{Quality: 80}))
	return out.Bytes()
}

const (
	idleFor   = 20 * time.Second
	loadedFor = 10 * time.Second
	workers   = 16
)

// measureUse says what each service uses: idle, and while as many members as it can
// answer ask it at once.
func measureUse(t *testing.T, i installation, r *report) {
	all := map[string]meters{}
	services := []string{"activity", "content", "image", "member", "search", "timeline"}
	for _, service := range services {
		pods := i.kubectl(t, "-n", app, "get", "pods", "-l", servers+",app=dailyfeed-"+service, "-o", "jsonpath={.items[*].metadata.name}")
		for pod := range strings.FieldsSeq(pods) {
			all[service] = append(all[service], i.forward(t, app, pod))
		}
	}
	transport := &http.Transport{MaxIdleConnsPerHost: workers}
	var members []*session.Session
	var email, password string
	for range workers {
		var s *session.Session
		s, email, password = newMember(t, i.url, transport)
		members = append(members, s)
	}
	before := map[string]use{}
	for _, service := range services {
		before[service] = all[service].read(t)
	}
	pause(t, idleFor)
	r.add("")
	r.add("| service | with | requests a second | processor per pod | processor per request | memory, the larger pod |")
	r.add("|---|---|---|---|---|---|")
	for _, service := range services {
		now := all[service].read(t)
		r.add("| %s | nothing | | %.1fm | | %.0f MiB |", service, (now.processor-before[service].processor)*1000/idleFor.Seconds()/float64(len(all[service])), now.memory/(1<<20))
	}
	for _, w := range works(t, email, password) {
		measureWork(t, w, members, all[w.service], r)
	}
	r.add("")
	r.add("| what | figure |")
	r.add("|---|---|")
}

func measureWork(t *testing.T, w work, members []*session.Session, pods meters, r *report) {
	ctx, cancel := context.WithTimeout(t.Context(), loadedFor)
	defer cancel()
	var done, failed atomic.Int64
	var running sync.WaitGroup
	began, before := time.Now(), pods.read(t)
	for _, member := range members {
		running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if err := w.do(context.WithoutCancel(ctx), member, n); err != nil {
					failed.Add(1)
				}
				done.Add(1)
			}
		})
	}
	memory := before.memory
	for ctx.Err() == nil {
		pause(t, time.Second)
		memory = max(memory, pods.read(t).memory)
	}
	running.Wait()
	after, took := pods.read(t), time.Since(began).Seconds()
	used := after.processor - before.processor
	r.add("| %s | %s, %d at once | %.0f (%d of %d failed) | %.0fm | %.2f ms | %.0f MiB |", w.service, w.what, len(members),
		float64(done.Load())/took, failed.Load(), done.Load(), used*1000/took/float64(len(pods)), used*1000/float64(done.Load()), max(memory, after.memory)/(1<<20))
}

// pause is how long something is measured, not waited for.
func pause(t *testing.T, long time.Duration) {
	t.Helper()
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}
