//go:build cluster

package cluster_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/smoke"
)

// TestMesh shows each rule of deploy/istio acting on a cluster with Istio.
//
//nolint:paralleltest // one cluster
func TestMesh(t *testing.T) {
	i := prepare(t, "on", "--no-autoscaling")
	r := newReport(t, "In the mesh")
	r.add("| what | figure |")
	r.add("|---|---|")
	require.True(t, t.Run("install", func(t *testing.T) {
		r.add("| installed with sidecars, strict mutual TLS and all policies | %.0f s |", i.install(t, i.tags[0]).Seconds())
	}))
	t.Run("install again", func(t *testing.T) {
		before := i.podIDs(t)
		took := i.install(t, i.tags[0])
		require.Equal(t, before, i.podIDs(t), "the same pods run")
		r.add("| the same command again: the same pods, not one replaced | %.0f s |", took.Seconds())
	})
	t.Run("smoke", func(t *testing.T) {
		began := time.Now()
		require.NoError(t, smoke.Run(t.Context(), smoke.Config{Edge: i.url, Out: testWriter{t}, SearchWithin: 10 * time.Second, ActivityWithin: 10 * time.Second}))
		r.add("| the whole smoke story through the ingress and sidecars | %.1f s |", time.Since(began).Seconds())
	})
	t.Run("analyze", func(t *testing.T) {
		text, err := exec.CommandContext(t.Context(), "istioctl", "--context", i.context, "analyze", "-n", app, "--failure-threshold", "Info").CombinedOutput()
		require.NoError(t, err, "%s", text)
		r.add("| `istioctl analyze`, not even a remark allowed | %s |", strings.Join(strings.Fields(string(text)), " "))
	})
	t.Run("tokens", func(t *testing.T) { forgedTokens(t, i, r) })
	i.buildProber(t)
	i.letProbersCall(t)
	t.Run("strict", func(t *testing.T) { plaintext(t, i, r) })
	t.Run("who calls whom", func(t *testing.T) { whoCallsWhom(t, i, r) })
	t.Run("a rollout", func(t *testing.T) { rollOut(t, i, r) })
	t.Run("a service of probers", func(t *testing.T) { proberService(t, i, r) })
	t.Run("uninstall", func(t *testing.T) { r.add("| uninstalled | %.0f s |", i.uninstall(t).Seconds()) })
}

// plaintext calls a service from a pod that has no sidecar, and so no identity.
func plaintext(t *testing.T, i installation, r *report) {
	p := i.startProber(t, prober{pod: "prober-plain", labels: `, sidecar.istio.io/inject: "false"`})
	const target = "http://dailyfeed-member:8080/.well-known/jwks.json"
	o := p.calls(t, target, 3, 1, "")
	require.Len(t, o.Statuses, 1, "%v", o)
	require.Regexp(t, "connection reset by peer|EOF", o.status())
	same := i.startProber(t, prober{pod: "prober-mutual", account: "dailyfeed-content"})
	require.Equal(t, "200", same.calls(t, target, 1, 1, "").status(), "with a sidecar it is answered")
	r.add("| plaintext to a service, from a pod without a sidecar | `%s`; with a sidecar 200 |", o.status())
}

// rollOut replaces every pod of content while requests run.
func rollOut(t *testing.T, i installation, r *report) {
	l := startLoad(t, i.url, 5, 4)
	i.kubectl(t, "-n", app, "rollout", "restart", "deployment/dailyfeed-content")
	began := time.Now()
	i.kubectl(t, "-n", app, "rollout", "status", "deployment/dailyfeed-content", "--timeout=300s")
	within(t, 2*time.Minute, "the last old pods to end", func() (bool, string) {
		pods := i.kubectl(t, "-n", app, "get", "pods", "-l", "app=dailyfeed-content", "-o", "name")
		return len(strings.Fields(pods)) == 2, pods
	})
	l.stop()
	require.Zero(t, l.failed.Load(), "%v", l.failures)
	r.add("| both pods of content replaced under load, sidecars and all | %.0f s; %s |", time.Since(began).Seconds(), l.summary())
}

// answer of a request from outside of the cluster.
type answer struct {
	status int
	body   string
}

func ask(t *testing.T, url, token string) (answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, body: string(text)}, err
}

// forgedTokens shows that a token that member did not sign stops at the sidecar:
// its answer is the proxy's, not the service's envelope.
func forgedTokens(t *testing.T, i installation, r *report) {
	get := func(token string) (int, string) {
		said, err := ask(t, i.url+"/api/timeline/posts", token)
		require.NoError(t, err)
		return said.status, said.body
	}
	member := signUp(t, i.url, http.DefaultTransport)
	good := strings.TrimPrefix(member.Token(), "Bearer ")
	within(t, 2*time.Minute, "a good token passes", func() (bool, string) {
		status, text := get(good)
		return status == http.StatusOK, fmt.Sprint(status, " ", text)
	})
	parts := strings.Split(good, ".")
	require.Len(t, parts, 3)
	forged := parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2]))
	status, text := get(forged)
	require.Equal(t, http.StatusUnauthorized, status)
	require.NotContains(t, text, "resultCode", "the sidecar's answer, not the service's")
	r.add("| a forged token | %d `%s`, by the sidecar, with keys fetched from member through the ingress |", status, text)
}

// calls as deploy/tables.yaml has them; verify-deploy compares the policies with it.
var calls = map[string][]string{
	"activity": {"member"}, "content": {"member"}, "image": {"member"}, "member": {"image"},
	"search": {"content", "member", "timeline"}, "timeline": {"member"},
}

// whoCallsWhom calls every service from every account.
func whoCallsWhom(t *testing.T, i installation, r *report) {
	passed, refused := 0, 0
	for _, from := range []string{"activity", "content", "image", "member", "search", "timeline"} {
		p := i.startProber(t, prober{pod: "prober-" + from, account: "dailyfeed-" + from})
		for _, to := range []string{"activity", "content", "image", "member", "search", "timeline"} {
			for _, path := range []string{"/api/none", "/internal/none"} {
				o := p.calls(t, "http://dailyfeed-"+to+":8080"+path, 1, 1, "")
				denied := o.Bodies["RBAC: access denied"] == 1
				require.Equal(t, !slices.Contains(calls[from], to), denied, "%s to %s%s: %v", from, to, path, o)
				if denied {
					refused++
				} else {
					passed++
				}
			}
		}
	}
	said, err := ask(t, i.url+"/internal/members/1/followers", "")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, said.status)
	r.add("| calls of every account to every service, /api and /internal | %d passed, %d refused, each as the table says |", passed, refused)
}
