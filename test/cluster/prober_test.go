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
	pod     string
	control string // where its control port is forwarded to
}

// startProber runs a pod with a service's account and labels, and waits for it.
func (i installation) startProber(t *testing.T, name, account, labels string) prober {
	t.Helper()
	manifest := filepath.Join(t.TempDir(), name+".yaml")
	require.NoError(t, os.WriteFile(manifest, []byte(fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata:
  name: %s
  namespace: dailyfeed
  labels: {e2e: prober, sidecar.istio.io/inject: "true"%s}
  annotations: {proxy.istio.io/config: '{"holdApplicationUntilProxyStarts":true}'}
spec:
  serviceAccountName: %s
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  containers:
    - name: prober
      image: %s
      imagePullPolicy: Never
      ports: [{name: http, containerPort: 8080}, {name: admin, containerPort: 9080}]
      readinessProbe: {httpGet: {path: /healthcheck/ready, port: 8080}, periodSeconds: 1}
      securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 65532, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}
`, name, labels, account, proberImage)), 0o600))
	i.kubectl(t, "apply", "-f", manifest)
	p := prober{installation: i, pod: name}
	t.Cleanup(func() {
		_ = exec.Command("kubectl", "--context", i.context, "-n", app, "delete", "pod", name, "--grace-period=1", "--wait=false").Run()
	})
	i.kubectl(t, "-n", app, "wait", "pod/"+name, "--for=condition=Ready", "--timeout=120s")
	p.forward(t)
	return p
}

// forward reaches the control port past the sidecar, as a debugger would.
func (p *prober) forward(t *testing.T) {
	t.Helper()
	command := exec.Command("kubectl", "--context", p.context, "-n", app, "port-forward", "pod/"+p.pod, ":9080", "--address=127.0.0.1")
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
	p.control = fmt.Sprintf("http://127.0.0.1:%d", port)
	go func() { _, _ = io.Copy(io.Discard, reader) }()
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
	response, err := http.Get(p.control + path)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(text)
}
