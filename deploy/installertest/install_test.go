package installertest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const tag = "main-20261121-0001"

// everything is what a whole installation leaves.
func everything() []string {
	return []string{"dailyfeed", "dailyfeed-hpa", "dailyfeed-istio", "gateway", "istio-base", "istiod", "kafka", "mongodb", "mysql", "redis"}
}

func TestAFreshInstallation(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	got := m.install(tag, "--seed")
	require.Zero(t, got.code, got.output)
	require.Equal(t, everything(), m.list("releases"))
	require.Contains(t, got.output, "sign up, log in, post, read, leave: all well")
	require.Contains(t, got.output, "login demo@dailyfeed.local / Demo!1")
	require.Contains(t, got.output, "http://gateway.example.org/api")
}

func TestTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag).code)
	first, secrets := m.changes(), m.secrets()
	require.NotEmpty(t, secrets)
	m.forget("changes")
	require.Zero(t, m.install(tag).code)
	require.Equal(t, withoutPlaces(first), withoutPlaces(m.changes()), "the same is asked for")
	require.Equal(t, secrets, m.secrets(), "no password is made anew")
}

// withoutPlaces leaves out the names of temporary files.
func withoutPlaces(calls []string) []string {
	var all []string
	for _, call := range calls {
		words := strings.Fields(call)
		for i, word := range words {
			if strings.Contains(word, "/tmp.") {
				words[i] = filepath.Base(word)
			}
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

func TestASecondTagIsAnUpgrade(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag).code)
	secrets := m.secrets()
	got := m.run("local-install-app.sh", "main-20261121-0002", "--cluster", "lab", "--limit", "3")
	require.Zero(t, got.code, got.output)
	require.Equal(t, secrets, m.secrets())
	require.Equal(t, everything(), m.list("releases"))
}

func TestEveryCallNamesItsCluster(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag, "--seed").code)
	status := m.run("local-status.sh", "--cluster", "lab")
	require.Zero(t, status.code, status.output)
	require.Zero(t, m.run("local-uninstall.sh", "--cluster", "lab").code)
	for call := range strings.SplitSeq(strings.TrimSpace(m.read("calls")), "\n") {
		switch {
		case strings.HasPrefix(call, "kubectl version --client"), strings.HasPrefix(call, "kubectl config get-contexts"),
			strings.HasPrefix(call, "helm version"), strings.HasPrefix(call, "curl "):
		case strings.HasPrefix(call, "kubectl "):
			require.True(t, strings.HasPrefix(call, "kubectl --context lab "), call)
		case strings.HasPrefix(call, "helm "):
			require.True(t, strings.HasPrefix(call, "helm --kube-context lab "), call)
		default:
			require.Fail(t, "unexpected", call)
		}
	}
}

func TestNoPasswordIsAWordOfACommand(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag, "--seed").code)
	calls := m.read("calls")
	for file, text := range m.secrets() {
		for line := range strings.SplitSeq(text, "\n") {
			name, value, found := strings.Cut(strings.TrimSpace(line), ": \"")
			value = strings.TrimSuffix(value, "\"")
			if !found || len(value) < 12 || name == "root-user" {
				continue
			}
			require.NotContains(t, calls, value, "%s %s", file, name)
			require.NotContains(t, calls, decoded(t, value), "%s %s", file, name)
		}
	}
}

func TestDryRunPrintsAndChangesNothing(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	got := m.install(tag, "--seed", "--dry-run")
	require.Zero(t, got.code, got.output)
	require.Empty(t, m.changes())
	for _, release := range everything() {
		require.Contains(t, got.output, "upgrade --install "+release+" ")
	}
	require.Zero(t, m.run("local-uninstall.sh", "--cluster", "lab", "--dry-run").code)
	require.Empty(t, m.changes())
}

func TestImagesAreLoadedNotPulled(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	got := m.install(tag, "--images", m.archives(tag), "--load", "load")
	require.Zero(t, got.code, got.output)
	for _, service := range []string{"activity", "content", "image", "member", "search", "timeline"} {
		require.Contains(t, m.read("calls"), "/"+service+"-"+tag+".tar\n")
	}
}

func TestStoresOfOnesOwn(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	example, err := os.ReadFile("../../installer/external.env.example")
	require.NoError(t, err)
	m.put("external.env", string(example))
	m.put("storage", "")
	got := m.install(tag, "--external", filepath.Join(m.fake, "external.env"))
	require.Zero(t, got.code, got.output)
	require.Equal(t, []string{"dailyfeed", "dailyfeed-hpa", "dailyfeed-istio", "gateway", "istio-base", "istiod"}, m.list("releases"))
	require.NotContains(t, m.read("calls"), "mysql-0")
}

func TestAnIstioThatIsThereIsTaken(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("istio", "")
	require.Zero(t, m.install(tag).code)
	require.NotContains(t, m.list("releases"), "istiod")
}

func TestKindMakesItsCluster(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	got := m.installKind(tag)
	require.Zero(t, got.code, got.output)
	require.Equal(t, "dailyfeed\n", m.read("kind"))
	m.forget("changes")
	require.Zero(t, m.installKind(tag).code)
	require.NotContains(t, m.read("changes"), "kind create")
	require.Zero(t, m.run("local-uninstall.sh").code)
	require.Empty(t, m.read("kind"))
}
