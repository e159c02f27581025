//go:build cluster

package cluster_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proberService stands probers in for the pods of search, so that its rules are seen
// at a replica that fails and hangs when told to.
func proberService(t *testing.T, i installation, r *report) {
	alone := quiet(t)
	t.Run("use", func(t *testing.T) { measureUse(t, i, r) })
	i.kubectl(t, "-n", app, "scale", "deployment", "dailyfeed-search", "--replicas=0")
	labels := func(version string) string {
		return ", app: dailyfeed-search, app.kubernetes.io/name: dailyfeed-search, app.kubernetes.io/component: server, version: " + version
	}
	one := i.startProber(t, prober{pod: "prober-one", account: "dailyfeed-search", labels: labels("v1")})
	// the ingress may call search: a pod with the gateway's identity would be the gateway,
	// so a caller of the fleet is allowed for the time of the test
	i.upgradeMesh(t, "services.search.callers={timeline}")
	caller := i.startProber(t, prober{pod: "prober-caller", account: "dailyfeed-timeline"})
	const target = "http://dailyfeed-search:8080/api/x"
	within(t, time.Minute, "the probers are search", func() (bool, string) {
		o := caller.calls(t, target, 1, 1, "")
		return o.Bodies["prober-one"] == 1, fmt.Sprint(o)
	})
	plain := plainPair(t, i)
	t.Run("cost", func(t *testing.T) { meshCost(t, &pair{pods: []prober{caller, one}, target: target}, plain, r) })
	alone()
	t.Run("forged tokens", func(t *testing.T) { forgedAtAReplica(t, i, caller, one, target, r) })
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
	two := i.startProber(t, prober{pod: "prober-two", account: "dailyfeed-search", labels: labels("v1")})
	t.Run("balance", func(t *testing.T) {
		within(t, 2*time.Minute, "both are asked", func() (bool, string) {
			o := caller.calls(t, target, 20, 4, "")
			return o.Bodies["prober-two"] > 0 && o.Bodies["prober-one"] > 0, fmt.Sprint(o)
		})
		o := caller.calls(t, target, 4000, 8, "")
		require.Equal(t, 4000, o.Statuses["200"])
		// the less busy one of two is asked: even, but not to the call
		require.InDelta(t, 2000, o.Bodies["prober-one"], 1000)
		r.add("| 4,000 calls to two replicas, least request | %d and %d |", o.Bodies["prober-one"], o.Bodies["prober-two"])
	})
	t.Run("canary", func(t *testing.T) { canary(t, i, caller, target, labels("v2"), r) })
	failing := time.Now()
	t.Run("ejection", func(t *testing.T) { eject(t, caller, two, target, r) })
	t.Run("overflow", func(t *testing.T) { overflow(t, i, caller, one, target, r) })
	t.Run("writes", func(t *testing.T) { spoiltWrites(t, i, r) })
	t.Run("return", func(t *testing.T) {
		two.told(t, "/mode?to=ok")
		within(t, 9*time.Minute, "the ejected replica to be asked again", func() (bool, string) {
			caller.calls(t, target, 50, 2, "")
			count := two.told(t, "/count")
			return count != "0", count
		})
		took := time.Since(failing)
		require.Greater(t, took, 5*time.Minute, "baseEjectionTime")
		r.add("| the ejected replica, well again: asked again (5 min, looked at each minute) | %.0f s after it began to fail |", took.Seconds())
	})
}

// canary counts what a weight of 5 % comes to.
func canary(t *testing.T, i installation, caller prober, target, labels string, r *report) {
	i.upgradeMesh(t, "services.search.callers={timeline}", "canary.search=5")
	i.startProber(t, prober{pod: "prober-canary", account: "dailyfeed-search", labels: labels})
	within(t, 2*time.Minute, "the canary is asked", func() (bool, string) {
		o := caller.calls(t, target, 200, 4, "")
		return o.Bodies["prober-canary"] > 0, fmt.Sprint(o)
	})
	o := caller.calls(t, target, 10000, 8, "")
	require.Equal(t, 10000, o.Statuses["200"])
	// four standard deviations
	require.InDelta(t, 500, o.Bodies["prober-canary"], 90)
	r.add("| 10,000 calls with a canary of 5 %% | %d to the canary; %v |", o.Bodies["prober-canary"], o.Statuses)
	i.upgradeMesh(t, "services.search.callers={timeline}", "canary.search=0")
	within(t, 2*time.Minute, "the canary is asked no more", func() (bool, string) {
		o := caller.calls(t, target, 200, 4, "")
		return o.Bodies["prober-canary"] == 0, fmt.Sprint(o)
	})
}

// overflow fills the pool of a replica that hangs.
func overflow(t *testing.T, i installation, caller, hanging prober, target string, r *report) {
	hanging.told(t, "/mode?to=hang")
	o := caller.calls(t, target, 900, 900, "")
	hanging.told(t, "/mode?to=ok")
	over := 0
	for body, n := range o.Bodies {
		if strings.HasSuffix(body, "reset reason: overflow") {
			over += n
		}
	}
	require.Greater(t, over, 200, "%v", o)
	log := i.kubectl(t, "-n", app, "logs", "prober-caller", "-c", "istio-proxy", "--tail=3000")
	require.Contains(t, log, " UO ", "the access log has the flag of overflow")
	r.add("| 900 calls at once to a replica that hangs, 550 allowed | %v; %d answers say `overflow`, %d lines with flag UO |", o.Statuses, over, strings.Count(log, " UO "))
}

// forgedAtAReplica shows, at the replica, which tokens pass its sidecar.
func forgedAtAReplica(t *testing.T, i installation, caller, replica prober, target string, r *report) {
	good := signUp(t, i.url, http.DefaultTransport).Token()
	within(t, time.Minute, "a good token passes", func() (bool, string) {
		o := caller.calls(t, target, 1, 1, "Bearer "+good)
		return o.status() == "200", fmt.Sprint(o)
	})
	parts := strings.Split(good, ".")
	require.Len(t, parts, 3)
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	other := strings.Replace(string(claims), `"sub":"`, `"sub":"9`, 1)
	require.NotEqual(t, string(claims), other)
	forged := map[string]string{
		"another signature": parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"another member":    parts[0] + "." + encode(other) + "." + parts[2],
		"no algorithm":      encode(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + ".",
		"an unknown key":    encode(`{"alg":"ES256","typ":"JWT","kid":"nobody"}`) + "." + parts[1] + "." + parts[2],
		"another issuer":    parts[0] + "." + encode(strings.Replace(string(claims), `"iss":"dailyfeed"`, `"iss":"somebody"`, 1)) + "." + parts[2],
		"no token at all":   "nonsense",
	}
	replica.told(t, "/mode?to=ok")
	for name, token := range forged {
		o := caller.calls(t, target, 5, 1, "Bearer "+token)
		require.Equal(t, map[string]int{"401": 5}, o.Statuses, name)
	}
	require.Equal(t, "0", replica.told(t, "/count"), "none has reached the replica")
	o := caller.calls(t, target, 5, 1, "Bearer "+good)
	require.Equal(t, map[string]int{"200": 5}, o.Statuses)
	require.Equal(t, "5", replica.told(t, "/count"))
	r.add("| %d kinds of forged tokens, five times each: what reached the replica | nothing, each 401 by its sidecar; with a good token 5 of 5 |", len(forged))
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
func (i installation) upgradeMesh(t *testing.T, set ...string) {
	t.Helper()
	all := []string{"--kube-context", i.context, "upgrade", "dailyfeed-istio", filepath.Join(i.root, "deploy", "istio"), "-n", app, "--reuse-values"}
	for _, words := range set {
		all = append(all, "--set", words)
	}
	output(t, "helm", all...)
}
