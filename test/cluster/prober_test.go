//go:build cluster

package cluster_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const proberImage = "docker.io/dailyfeed/prober:e2e"

// buildProber makes the image of test/cluster/prober and loads it.
func (i installation) buildProber(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "prober")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./prober")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := build.CombinedOutput()
	require.NoError(t, err, "%s", text)
	program, err := os.ReadFile(binary)
	require.NoError(t, err)
	layer := tarOf(t, map[string][]byte{"prober": program})
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{"Entrypoint": []string{"/prober"}, "User": "65532"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))}},
	})
	require.NoError(t, err)
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{proberImage}, "Layers": []string{"layer.tar"}}})
	require.NoError(t, err)
	archive := filepath.Join(folder, "prober.tar")
	require.NoError(t, os.WriteFile(archive, tarOf(t, map[string][]byte{"config.json": config, "layer.tar": layer, "manifest.json": manifest}), 0o600))
	words := append(strings.Fields(i.load), archive)
	output(t, words[0], words[1:]...)
}

func tarOf(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, text := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}))
		_, err := w.Write(text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return archive.Bytes()
}

// prober is a pod of it, reached through the cluster's API.
type prober struct {
	installation
	pod       string
	account   string
	namespace string // dailyfeed, unless it says another
	labels    string // more of them, each behind a comma
	upstream  string // whose answers it spoils
	control   string // where its control port is forwarded to
}

// startProber runs a pod with a service's account and labels, and waits for it.
func (i installation) startProber(t *testing.T, p prober) prober {
	t.Helper()
	p.installation = i
	p.namespace, p.account = or(p.namespace, app), or(p.account, "default")
	manifest := filepath.Join(t.TempDir(), p.pod+".yaml")
	require.NoError(t, os.WriteFile(manifest, fmt.Appendf(nil, `
apiVersion: v1
kind: Pod
metadata:
  name: %s
  namespace: %s
  labels: {e2e: prober%s}
  annotations: {proxy.istio.io/config: '{"holdApplicationUntilProxyStarts":true}'}
spec:
  serviceAccountName: %s
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  # so that it can tell what its sidecar costs
  shareProcessNamespace: true
  containers:
    - name: prober
      image: %s
      imagePullPolicy: Never
      env: [{name: UPSTREAM, value: "%s"}]
      ports: [{name: http, containerPort: 8080}, {name: admin, containerPort: 9080}]
      readinessProbe: {httpGet: {path: /healthcheck/ready, port: 8080}, periodSeconds: 1}
      securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 65532, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}
`, p.pod, p.namespace, p.labels, p.account, proberImage, p.upstream), 0o600))
	i.kubectl(t, "apply", "-f", manifest)
	t.Cleanup(func() {
		_ = exec.Command("kubectl", "--context", i.context, "-n", p.namespace, "delete", "pod", p.pod, "--grace-period=1", "--wait=false").Run()
	})
	i.kubectl(t, "-n", p.namespace, "wait", "pod/"+p.pod, "--for=condition=Ready", "--timeout=120s")
	p.control = i.forward(t, p.namespace, p.pod)
	return p
}

// letProbersCall opens the network for them where it is closed: what is tried with
// them are the rules of the mesh.
func (i installation) letProbersCall(t *testing.T) {
	t.Helper()
	i.apply(t, `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: e2e-to-probers, namespace: dailyfeed}
spec: {podSelector: {matchLabels: {e2e: prober}}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: e2e-from-probers, namespace: dailyfeed}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {e2e: prober}}}]}]}
`)
}

func (i installation) apply(t *testing.T, objects string) {
	t.Helper()
	manifest := filepath.Join(t.TempDir(), "objects.yaml")
	require.NoError(t, os.WriteFile(manifest, []byte(objects), 0o600))
	i.kubectl(t, "apply", "-f", manifest)
}

// forward reaches a pod's admin port past its sidecar, as a debugger would, and
// returns its address here.
func (i installation) forward(t *testing.T, namespace, pod string) string {
	t.Helper()
	command := exec.Command("kubectl", "--context", i.context, "-n", namespace, "port-forward", "pod/"+pod, ":9080", "--address=127.0.0.1")
	reader, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	line := make([]byte, 200)
	n, err := reader.Read(line)
	require.NoError(t, err)
	var port int
	_, err = fmt.Sscanf(string(line[:n]), "Forwarding from 127.0.0.1:%d", &port)
	require.NoError(t, err, string(line[:n]))
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// outcome is what calls came to.
type outcome struct {
	Statuses map[string]int   `json:"statuses"`
	Bodies   map[string]int   `json:"bodies"`
	Micros   map[string]int64 `json:"micros"`
}

func (o outcome) status() string {
	for status := range o.Statuses {
		return status
	}
	return ""
}

func (p prober) calls(t *testing.T, target string, n, at int, authorization string) outcome {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		fmt.Sprintf("%s/call?n=%d&at=%d&url=%s", p.control, n, at, url.QueryEscape(target)), nil)
	require.NoError(t, err)
	request.Header.Set("X-Send-Authorization", authorization)
	client := &http.Client{Timeout: 10 * time.Minute}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var o outcome
	require.NoError(t, json.NewDecoder(response.Body).Decode(&o))
	return o
}

func (p prober) told(t *testing.T, path string) string {
	t.Helper()
	said, err := ask(t, p.control+path, "")
	require.NoError(t, err)
	return said.body
}
