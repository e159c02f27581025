//go:build cluster

package cluster_test

import (
	"bytes"
	"context"
	"encoding/json"
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

// meters are the admin ports of a service's pods.
type meters []string

// processor is how many seconds of it the pods have used since they began.
func (m meters) processor(t *testing.T) (seconds float64) {
	t.Helper()
	for _, address := range m {
		said, err := ask(t, address+"/metrics", "")
		require.NoError(t, err)
		for line := range strings.SplitSeq(said.body, "\n") {
			if value, found := strings.CutPrefix(line, "process_cpu_seconds_total "); found {
				one, err := strconv.ParseFloat(value, 64)
				require.NoError(t, err)
				seconds += one
			}
		}
	}
	return seconds
}

// memories are the working sets of the services, of the larger pod each, in MiB: what
// limits and autoscalers look at, as the cluster's metrics API has them.
func (i installation) memories(t *testing.T) map[string]float64 {
	t.Helper()
	var pods struct {
		Items []struct {
			Containers []struct {
				Name  string
				Usage struct{ Memory string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(i.kubectl(t, "get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/"+app+"/pods")), &pods))
	all := map[string]float64{}
	for _, pod := range pods.Items {
		for _, container := range pod.Containers {
			kibibytes, err := strconv.ParseFloat(strings.TrimSuffix(container.Usage.Memory, "Ki"), 64)
			require.NoError(t, err, container.Usage.Memory)
			all[container.Name] = max(all[container.Name], kibibytes/(1<<10))
		}
	}
	return all
}

// worker is a member, and the login.
type worker struct {
	*session.Session
	email, password string
}

// work is what a service is loaded with.
type work struct {
	service, what string
	do            func(ctx context.Context, s worker, n int) error
}

func works(t *testing.T) []work {
	t.Helper()
	photo := drawPhoto(t)
	return []work{
		{"member", "one's own summary", func(ctx context.Context, s worker, _ int) error {
			_, err := s.Members.GetMySummary(ctx)
			return err
		}},
		{"member", "logins", func(ctx context.Context, s worker, _ int) error {
			_, err := s.LogIn(ctx, s.email, s.password)
			return err
		}},
		{"content", "posts", func(ctx context.Context, s worker, n int) error {
			_, err := s.Contents.CreatePost(ctx, contentrest.WritePostRequest{Content: fmt.Sprint("부하 ", n)})
			return err
		}},
		{"timeline", "home feeds", func(ctx context.Context, s worker, _ int) error {
			_, err := s.Timelines.ListFollowingPosts(ctx, timelinerest.ListFollowingPostsParams{})
			return err
		}},
		{"search", "searches of posts", func(ctx context.Context, s worker, _ int) error {
			_, err := s.Searches.SearchPosts(ctx, searchrest.SearchPostsParams{Keyword: "부하"})
			return err
		}},
		{"activity", "one's own activities", func(ctx context.Context, s worker, _ int) error {
			_, err := s.Activities.ListMyActivities(ctx, activityrest.ListMyActivitiesParams{})
			return err
		}},
		{"image", "uploads of 12 megapixels", func(ctx context.Context, s worker, _ int) error {
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

	metricsLate = 35 * time.Second // the kubelet counts each 10 s or so, and is asked each 15 s
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
	var members []worker
	for range workers {
		s, email, password := newMember(t, i.url, transport)
		members = append(members, worker{s, email, password})
	}
	before := map[string]float64{}
	for _, service := range services {
		before[service] = all[service].processor(t)
	}
	pause(t, idleFor)
	r.add("")
	r.add("| service | with | requests a second | processor per pod | processor per request |")
	r.add("|---|---|---|---|---|")
	for _, service := range services {
		used := all[service].processor(t) - before[service]
		r.add("| %s | nothing | | %.1fm | |", service, used*1000/idleFor.Seconds()/float64(len(all[service])))
	}
	pause(t, metricsLate-idleFor)
	idle, most := i.memories(t), map[string]float64{}
	keep := func() {
		for service, memory := range i.memories(t) {
			most[service] = max(most[service], memory)
		}
	}
	for _, w := range works(t) {
		measureWork(t, w, members, all[w.service], r)
		keep()
	}
	pause(t, metricsLate)
	keep()
	r.add("")
	r.add("| service | memory with nothing | most |")
	r.add("|---|---|---|")
	for _, service := range services {
		require.Positive(t, idle[service], service)
		r.add("| %s | %.0f MiB | %.0f MiB |", service, idle[service], most[service])
	}
	r.add("")
	r.add("| what | figure |")
	r.add("|---|---|")
}

func measureWork(t *testing.T, w work, members []worker, pods meters, r *report) {
	ctx, cancel := context.WithTimeout(t.Context(), loadedFor)
	defer cancel()
	var done, failed atomic.Int64
	var running sync.WaitGroup
	began, before := time.Now(), pods.processor(t)
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
	running.Wait()
	used, took := pods.processor(t)-before, time.Since(began).Seconds()
	r.add("| %s | %s, %d at once | %.0f (%d of %d failed) | %.0fm | %.2f ms |", w.service, w.what, len(members),
		float64(done.Load())/took, failed.Load(), done.Load(), used*1000/took/float64(len(pods)), used*1000/float64(done.Load()))
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
