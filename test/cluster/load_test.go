//go:build cluster

package cluster_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

// load is members who write and read at an even pace until it is stopped. Nothing
// is tried again: what fails has failed.
type load struct {
	cancel context.CancelFunc
	done   sync.WaitGroup

	sent, failed atomic.Int64
	mu           sync.Mutex
	took         []time.Duration
	failures     []string
}

// startLoad runs so many members at so many requests a second each.
func startLoad(t *testing.T, url string, members int, perSecond float64) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{cancel: cancel}
	t.Cleanup(l.stop)
	transport := &http.Transport{MaxIdleConnsPerHost: members}
	for range members {
		member := signUp(t, url, transport)
		l.done.Go(func() { l.run(ctx, member, time.Duration(float64(time.Second)/perSecond)) })
	}
	return l
}

func signUp(t *testing.T, url string, transport http.RoundTripper) *session.Session {
	t.Helper()
	s, _, _ := newMember(t, url, transport)
	return s
}

// newMember is one who is logged in, and the login.
func newMember(t *testing.T, url string, transport http.RoundTripper) (s *session.Session, email, password string) {
	t.Helper()
	s, err := session.New(url, transport)
	require.NoError(t, err)
	name := "e2e" + strings.ToLower(rand.Text()[:10])
	email, password = name+"@e2e.dailyfeed.local", "Cluster!1"+name
	_, err = s.Members.SignUp(t.Context(), memberrest.SignUpRequest{
		Email: email, Password: password, MemberName: "부하 회원", Handle: name,
		Gender: string(memberrest.GenderOther), CountryCode: string(memberrest.CountryCodeKR),
	})
	require.NoError(t, err)
	_, err = s.LogIn(t.Context(), email, password)
	require.NoError(t, err)
	return s, email, password
}

func (l *load) run(ctx context.Context, member *session.Session, pause time.Duration) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		began := time.Now()
		err := askAsMember(context.WithoutCancel(ctx), member, n)
		l.count(time.Since(began), err)
	}
}

// askAsMember is one request: a write, a read of it, or a look at oneself.
func askAsMember(ctx context.Context, member *session.Session, n int) error {
	var err error
	switch n % 3 {
	case 0:
		title := "부하"
		_, err = member.Contents.CreatePost(ctx, contentrest.WritePostRequest{Title: &title, Content: fmt.Sprint("request ", n)})
	case 1:
		_, err = member.Timelines.ListMyPosts(ctx, timelinerest.ListMyPostsParams{})
	default:
		_, err = member.Members.GetMySummary(ctx)
	}
	return err
}

func (l *load) count(took time.Duration, err error) {
	l.sent.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took)
	if err != nil {
		l.failed.Add(1)
		if len(l.failures) < 10 {
			l.failures = append(l.failures, time.Now().UTC().Format("15:04:05.000 ")+err.Error())
		}
	}
}

func (l *load) stop() { l.cancel(); l.done.Wait() }

// quantile of the answers' times so far.
func (l *load) quantile(q float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(l.took))
	return sorted[int(q*float64(len(sorted)-1))].Round(100 * time.Microsecond)
}

func (l *load) summary() string {
	return fmt.Sprintf("%d requests, %d failed, p50 %s, p99 %s", l.sent.Load(), l.failed.Load(), l.quantile(0.5), l.quantile(0.99))
}

// within asks until the condition holds, and fails with its last answer.
func within(t *testing.T, limit time.Duration, what string, holds func() (bool, string)) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		ok, why := holds()
		if ok {
			return
		}
		select {
		case <-deadline.C:
			require.Fail(t, "not within "+limit.String(), "%s: %s", what, why)
		case <-ticker.C:
		}
	}
}
