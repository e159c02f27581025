//go:build cluster

package cluster_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// smallValues let the fleet fit a node of two processors: requests are a fifth of
// the chart's. Limits, and all else, are the chart's.
const smallValues = `
activity: &small {resources: {requests: {cpu: 50m, memory: 96Mi}, limits: {cpu: 1500m, memory: 256Mi}}}
content: *small
search: *small
# so little that a load of a few hundred requests a second is more than its share
timeline: {resources: {requests: {cpu: 15m, memory: 96Mi}, limits: {cpu: 1500m, memory: 256Mi}}}
member:
  resources: {requests: {cpu: 50m, memory: 96Mi}, limits: {cpu: 1500m, memory: 256Mi}}
image: {resources: {requests: {cpu: 50m, memory: 160Mi}, limits: {cpu: 1000m, memory: 512Mi}}}
`

// installation is a run of the installer.
type installation struct {
	settings
	stores *stores
	values string
	mesh   string
	limit  string // seconds that a step may wait
	loaded bool   // images are in the cluster
	extra  []string
	env    []string // over the environment
}

func (i installation) script(t *testing.T, name string, words ...string) (string, error) {
	t.Helper()
	text, err := i.command(t, name, words...).CombinedOutput()
	t.Logf("%s %v\n%s", name, words, text)
	return string(text), err
}

func (i installation) command(t *testing.T, name string, words ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", append([]string{filepath.Join(i.root, "installer", name), "--cluster", i.context}, words...)...)
	command.Env = append(os.Environ(), i.env...)
	return command
}

// words are those of an installation of a tag.
func (i installation) words(tag string, words ...string) []string {
	all := []string{tag, "--external", i.stores.file, "--url", i.url, "--values", i.values, "--mesh", i.mesh, "--limit", or(i.limit, "420")}
	if !i.loaded {
		all = append(all, "--images", i.dist, "--load", i.load)
	}
	return append(append(all, i.extra...), words...)
}

// install brings the fleet to a tag and returns how long that took.
func (i installation) install(t *testing.T, tag string, words ...string) time.Duration {
	t.Helper()
	began := time.Now()
	_, err := i.script(t, "local-install-infra-and-app.sh", i.words(tag, words...)...)
	require.NoError(t, err)
	return time.Since(began)
}

func (i installation) uninstall(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	_, err := i.script(t, "local-uninstall.sh", "--limit", "300")
	require.NoError(t, err)
	return time.Since(began)
}

// prepare starts the stores, and makes a volume where the cluster makes none.
func prepare(t *testing.T, mesh string, extra ...string) installation {
	t.Helper()
	s := read(t)
	values := filepath.Join(t.TempDir(), "small.yaml")
	text := smallValues
	if mesh == "off" { // with sidecars, keys are published as long before as the chart says
		text = strings.Replace(text, "member:\n", "member:\n  # keys turn quickly enough to be seen turning\n  settings: {JWT_KEY_ROTATION: 1m, JWKS_CACHE_TTL: 5s}\n", 1)
	} else { // few members write as fast as they can, from one address
		text = strings.Replace(text, "content: *small", "content:\n  resources: {requests: {cpu: 50m, memory: 96Mi}, limits: {cpu: 1500m, memory: 256Mi}}\n  settings: {ADDRESS_WRITE_RATE: \"100000\", ADDRESS_WRITE_BURST: \"100000\", WRITE_RATE: \"100000\", WRITE_BURST: \"100000\"}", 1)
	}
	require.NoError(t, os.WriteFile(values, []byte(text), 0o600))
	i := installation{settings: s, values: values, mesh: mesh, extra: extra}
	i.uninstall(t) // what an earlier run left
	i.stores = startStores(t, s)
	if !strings.Contains(s.kubectl(t, "get", "storageclass", "-o", "yaml"), "is-default-class") {
		makeVolume(t, s)
	}
	return i
}

// makeVolume is for a cluster of this machine without a provisioner of volumes.
func makeVolume(t *testing.T, s settings) {
	t.Helper()
	// outside of the test's own folder, which pods as another user cannot enter
	folder, err := os.MkdirTemp("/var/tmp", "dailyfeed-pictures-") //nolint:usetesting // see above
	require.NoError(t, err)
	require.NoError(t, os.Chmod(folder, 0o777))
	manifest := filepath.Join(t.TempDir(), "volume.yaml")
	require.NoError(t, os.WriteFile(manifest, []byte(`
apiVersion: v1
kind: PersistentVolume
metadata: {name: dailyfeed-e2e-pictures}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: dailyfeed, name: dailyfeed-image}
  hostPath: {path: `+folder+`}
`), 0o600))
	_, _ = s.try(t, "delete", "pv", "dailyfeed-e2e-pictures", "--ignore-not-found")
	s.kubectl(t, "apply", "-f", manifest)
	t.Cleanup(func() {
		_ = exec.Command("kubectl", "--context", s.context, "delete", "pv", "dailyfeed-e2e-pictures", "--ignore-not-found", "--wait=false").Run()
		require.NoError(t, os.RemoveAll(folder))
	})
}
