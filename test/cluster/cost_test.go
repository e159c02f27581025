//go:build cluster

package cluster_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

const plainNamespace = "dailyfeed-plain"

// pair is a caller, a Service of one replica, and what their calls came to, a figure
// for each round.
type pair struct {
	pods   []prober // the caller first
	target string

	processor, p50, p99 []float64 // microseconds a request
}

// plainPair is the same as in the mesh, without one.
func plainPair(t *testing.T, i installation) *pair {
	t.Helper()
	i.apply(t, `
apiVersion: v1
kind: Namespace
metadata: {name: `+plainNamespace+`}
---
apiVersion: v1
kind: Service
metadata: {name: plain, namespace: `+plainNamespace+`}
spec: {selector: {plain: replica}, ports: [{name: http, port: 8080, targetPort: http, appProtocol: http}]}
`)
	t.Cleanup(func() { _, _ = i.try(t, "delete", "namespace", plainNamespace, "--wait=false") })
	p := &pair{target: "http://plain:8080/api/x"}
	p.pods = append(p.pods, i.startProber(t, prober{pod: "plain-caller", namespace: plainNamespace}))
	p.pods = append(p.pods, i.startProber(t, prober{pod: "plain-one", namespace: plainNamespace, labels: ", plain: replica"}))
	return p
}

// meshCost measures the same calls with sidecars and without, in turns.
func meshCost(t *testing.T, mesh, plain *pair, r *report) {
	const rounds = 8
	for _, at := range []int{1, 8} {
		const n = 1500
		for _, p := range []*pair{mesh, plain} {
			p.processor, p.p50, p.p99 = nil, nil, nil
			p.round(t, n, at, false)
		}
		for range rounds {
			mesh.round(t, n, at, true)
			plain.round(t, n, at, true)
		}
		r.add("| %d × %d calls, %d at once, with two sidecars: processor of all pods, p50, p99 | %s, %s, %s |", rounds, n, at, spread(mesh.processor), spread(mesh.p50), spread(mesh.p99))
		r.add("| the same calls without | %s, %s, %s |", spread(plain.processor), spread(plain.p50), spread(plain.p99))
		r.add("| more by the mesh, round by round | %s, %s, %s |", spread(less(mesh.processor, plain.processor)), spread(less(mesh.p50, plain.p50)), spread(less(mesh.p99, plain.p99)))
	}
}

func (p *pair) used(t *testing.T) (micros int64) {
	t.Helper()
	for _, pod := range p.pods {
		one, err := strconv.ParseInt(pod.told(t, "/processor"), 10, 64)
		require.NoError(t, err)
		require.Positive(t, one, pod.pod)
		micros += one
	}
	return micros
}

func (p *pair) round(t *testing.T, n, at int, counts bool) {
	t.Helper()
	before := p.used(t)
	o := p.pods[0].calls(t, p.target, n, at, "")
	require.Equal(t, n, o.Statuses["200"], "%v", o)
	if counts {
		p.processor = append(p.processor, float64(p.used(t)-before)/float64(n))
		p.p50, p.p99 = append(p.p50, float64(o.Micros["p50"])), append(p.p99, float64(o.Micros["p99"]))
	}
}

func less(a, b []float64) []float64 {
	all := make([]float64, len(a))
	for n := range a {
		all[n] = a[n] - b[n]
	}
	return all
}

// spread is the median, the least and the most.
func spread(figures []float64) string {
	sorted := slices.Sorted(slices.Values(figures))
	return fmt.Sprintf("%.0f µs (%.0f–%.0f)", sorted[len(sorted)/2], sorted[0], sorted[len(sorted)-1])
}
