//go:build cluster

package cluster_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/smoke"
)

// TestMesh shows each rule of deploy/istio acting on a cluster with Istio.
func TestMesh(t *testing.T) {
	i := prepare(t, "on", "--no-autoscaling")
	r := newReport(t, "In the mesh")
	r.add("| what | figure |")
	r.add("|---|---|")
	require.True(t, t.Run("install", func(t *testing.T) {
		r.add("| installed with sidecars, strict mutual TLS and all policies | %.0f s |", i.install(t, i.tags[0]).Seconds())
	}))
	t.Run("smoke", func(t *testing.T) {
		began := time.Now()
		require.NoError(t, smoke.Run(t.Context(), smoke.Config{Edge: i.url, Out: testWriter{t}, SearchWithin: 10 * time.Second, ActivityWithin: 10 * time.Second}))
		r.add("| the whole smoke story through the ingress and sidecars | %.1f s |", time.Since(began).Seconds())
	})
	t.Run("analyze", func(t *testing.T) {
		text, err := exec.CommandContext(t.Context(), "istioctl", "--context", i.context, "analyze", "-n", app).CombinedOutput()
		require.NoError(t, err, "%s", text)
		r.add("| `istioctl analyze` | %s |", strings.Join(strings.Fields(string(text)), " "))
	})
	t.Run("strict", func(t *testing.T) {
		address := i.kubectl(t, "-n", app, "get", "pods", "-l", "app=dailyfeed-member", "-o", "jsonpath={.items[0].status.podIP}")
		_, err := http.Get("http://" + address + ":8080/.well-known/jwks.json")
		require.Error(t, err)
		r.add("| plaintext to a pod | refused: %s |", short(err))
	})
	t.Run("tokens", func(t *testing.T) { forgedTokens(t, i, r) })
	i.buildProber(t)
	t.Run("who calls whom", func(t *testing.T) { whoCallsWhom(t, i, r) })
	t.Run("a service of probers", func(t *testing.T) { proberService(t, i, r) })
	t.Run("uninstall", func(t *testing.T) { r.add("| uninstalled | %.0f s |", i.uninstall(t).Seconds()) })
}

func short(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}

// forgedTokens shows that a token that member did not sign stops at the sidecar:
// its answer is the proxy's, not the service's envelope.
func forgedTokens(t *testing.T, i installation, r *report) {
	get := func(token string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.url+"/api/timeline/posts", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(text)
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
		p := i.startProber(t, "prober-"+from, "dailyfeed-"+from, "")
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
	response, err := http.Get(i.url + "/internal/members/1/followers")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNotFound, response.StatusCode)
	r.add("| calls of every account to every service, /api and /internal | %d passed, %d refused, each as the table says |", passed, refused)
}

// proberService stands probers in for the pods of search, so that its rules are seen
// at a replica that fails and hangs when told to.
func proberService(t *testing.T, i installation, r *report) {
	i.kubectl(t, "-n", app, "scale", "deployment", "dailyfeed-search", "--replicas=0")
	labels := func(version string) string {
		return ", app: dailyfeed-search, app.kubernetes.io/name: dailyfeed-search, app.kubernetes.io/component: server, version: " + version
	}
	one := i.startProber(t, "prober-one", "dailyfeed-search", labels("v1"))
	// the ingress may call search: a pod with the gateway's identity would be the gateway,
	// so a caller of the fleet is allowed for the time of the test
	i.upgradeMesh(t, "--set", "services.search.callers={timeline}")
	caller := i.startProber(t, "prober-caller", "dailyfeed-timeline", "")
	const target = "http://dailyfeed-search:8080/api/x"
	within(t, time.Minute, "the probers are search", func() (bool, string) {
		o := caller.calls(t, target, 1, 1, "")
		return o.Bodies["prober-one"] == 1, fmt.Sprint(o)
	})
	t.Run("retries", func(t *testing.T) {
		one.told(t, "/mode?to=fail")
		o := caller.calls(t, target, 1, 1, "")
		require.Equal(t, "503", o.status())
		require.Equal(t, "6", one.told(t, "/count"), "once, and 5 attempts")
		r.add("| a replica of search that answers 503: attempts counted there | %s |", one.told(t, "/count"))
	})
	t.Run("timeout", func(t *testing.T) {
		one.told(t, "/mode?to=hang")
		began := time.Now()
		o := caller.calls(t, target, 1, 1, "")
		took := time.Since(began)
		require.Equal(t, "504", o.status())
		require.InDelta(t, 15, took.Seconds(), 2)
		tries, err := strconv.Atoi(one.told(t, "/count"))
		require.NoError(t, err)
		require.GreaterOrEqual(t, tries, 3)
		r.add("| a replica of search that hangs | 504 after %.1f s (15 s), %d tries of 4 s |", took.Seconds(), tries)
	})
	one.told(t, "/mode?to=ok")
	t.Run("balance and cost", func(t *testing.T) {
		two := i.startProber(t, "prober-two", "dailyfeed-search", labels("v1"))
		within(t, 2*time.Minute, "both are asked", func() (bool, string) {
			o := caller.calls(t, target, 20, 4, "")
			return o.Bodies["prober-two"] > 0 && o.Bodies["prober-one"] > 0, fmt.Sprint(o)
		})
		o := caller.calls(t, target, 4000, 8, "")
		require.Equal(t, 4000, o.Statuses["200"])
		r.add("| 4,000 calls to two replicas, least request | %d and %d; p50 %d µs, p99 %d µs |", o.Bodies["prober-one"], o.Bodies["prober-two"], o.Micros["p50"], o.Micros["p99"])
		eject(t, caller, two, target, r)
	})
	t.Run("overflow", func(t *testing.T) {
		one.told(t, "/mode?to=hang")
		o := caller.calls(t, target, 900, 900, "")
		log := i.kubectl(t, "-n", app, "logs", "prober-caller", "-c", "istio-proxy", "--tail=2000")
		require.Contains(t, log, " UO ", "the access log has the flag of overflow")
		r.add("| 900 calls at once to a replica that hangs, 550 allowed | %v; %d lines with flag UO |", o.Statuses, strings.Count(log, " UO "))
		one.told(t, "/mode?to=ok")
	})
	t.Run("canary", func(t *testing.T) {
		i.upgradeMesh(t, "--set", "services.search.callers={timeline}", "--set", "canary.search=5")
		i.startProber(t, "prober-canary", "dailyfeed-search", labels("v2"))
		within(t, 2*time.Minute, "the canary is asked", func() (bool, string) {
			o := caller.calls(t, target, 200, 4, "")
			return o.Bodies["prober-canary"] > 0, fmt.Sprint(o)
		})
		o := caller.calls(t, target, 10000, 8, "")
		require.InDelta(t, 500, o.Bodies["prober-canary"], 90)
		r.add("| 10,000 calls with a canary of 5 %% | %d to the canary; %v |", o.Bodies["prober-canary"], o.Statuses)
	})
}

// eject shows that a replica that fails is asked no more.
func eject(t *testing.T, caller, bad prober, target string, r *report) {
	bad.told(t, "/mode?to=fail")
	began := time.Now()
	within(t, 3*time.Minute, "the failing replica is ejected", func() (bool, string) {
		caller.calls(t, target, 50, 2, "")
		before := bad.told(t, "/count")
		caller.calls(t, target, 50, 2, "")
		after := bad.told(t, "/count")
		return before == after, before + " " + after
	})
	r.add("| a replica that answers 503 is asked no more | after %.0f s |", time.Since(began).Seconds())
}

// upgradeMesh changes the rules of the mesh for the time of a test.
func (i installation) upgradeMesh(t *testing.T, words ...string) {
	t.Helper()
	all := append([]string{
		"--kube-context", i.context, "upgrade", "dailyfeed-istio", filepath.Join(i.root, "deploy/istio"), "-n", app,
	}, words...)
	output(t, "helm", all...)
}
