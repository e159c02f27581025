package installertest_test

import (
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func decoded(t *testing.T, text string) string {
	t.Helper()
	plain, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return string(plain)
}

func TestEachMissingToolIsToldAndNothingIsDone(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"kubectl", "helm", "curl", "kind", "docker"} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			require.NoError(t, os.Remove(filepath.Join(m.bin, tool)))
			got := m.installKind(tag)
			require.Equal(t, 1, got.code, got.output)
			require.Contains(t, got.output, "MISSING")
			require.Contains(t, got.output, "nothing was changed")
			require.Regexp(t, "(?i)"+tool, got.output)
			require.Empty(t, m.changes())
		})
	}
}

func TestAPortThatSomebodyListensOnIsToldBeforeAClusterIsMadeAndNotAfter(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // of a TCP listener
	words := []string{tag, "--limit", "3", "--kind", m.kindOn(port)}
	got := m.run("local-install-infra-and-app.sh", words...)
	require.Equal(t, 1, got.code, got.output)
	require.Contains(t, got.output, fmt.Sprintf("somebody listens on %d", port))
	require.Empty(t, m.changes())
	m.put("kind", "dailyfeed\n") // who listens is the cluster
	m.put("contexts", "kind-dailyfeed\n")
	got = m.run("local-install-infra-and-app.sh", words...)
	require.Zero(t, got.code, got.output)
}

func TestWhatElseIsMissingIsToldAllAtOnce(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("server", "v1.27.3")
	m.put("storage", "")
	got := m.install(tag, "--images", t.TempDir(), "--load", "load")
	require.Equal(t, 1, got.code)
	require.Contains(t, got.output, "Kubernetes 1.30 or newer: this is 1.27")
	require.Contains(t, got.output, "a default StorageClass")
	require.Contains(t, got.output, "lacks activity-"+tag+".tar")
	require.Contains(t, got.output, "3 missing; nothing was changed")
	require.Empty(t, m.changes())
}

func TestAnotherContextIsNeverTouched(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("contexts", otherContext+"\n")
	for _, script := range []string{"local-install-infra-and-app.sh", "local-uninstall.sh", "local-status.sh"} {
		words := []string{"--cluster", "lab"}
		if strings.Contains(script, "app") {
			words = append(words, tag)
		}
		got := m.run(script, words...)
		require.Equal(t, 1, got.code, got.output)
		require.Contains(t, got.output, "no context lab")
	}
	require.Empty(t, m.changes())
	require.NotContains(t, m.read("calls"), otherContext)
}

func TestAClusterThatDoesNotAnswerIsToldInTime(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("fail", "get --raw /readyz")
	got := m.install(tag)
	require.Equal(t, 1, got.code)
	require.Contains(t, got.output, "MISSING a cluster that answers")
	require.Empty(t, m.changes())
}

func TestAToolThatAsksForSomethingEatsNoCheck(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("asks", "get --raw /readyz")
	m.put("storage", "")
	got := m.install(tag)
	require.Equal(t, 1, got.code)
	require.Contains(t, got.output, "MISSING a cluster that answers: error reading input for Password")
	require.Contains(t, got.output, "ok      Kubernetes 1.30 or newer")
	require.Contains(t, got.output, "MISSING a default StorageClass")
	require.Contains(t, got.output, "2 missing; nothing was changed")
}

func TestBadWordsAreRefused(t *testing.T) {
	t.Parallel()
	for words, told := range map[string]string{
		"":                          "which tag?",
		"a b":                       "one tag, not two",
		"a:b":                       "not a tag",
		"a --mesh maybe":            "--mesh is on or off",
		"a --limit soon":            "number of seconds",
		"a --cluster":               "needs a word",
		"a --quick":                 "unknown option --quick",
		"a --external /nowhere/env": "cannot read",
	} {
		m := newMachine(t)
		got := m.run("local-install-app.sh", strings.Fields(words)...)
		require.Equal(t, 2, got.code, words)
		require.Contains(t, got.output, told)
		require.Empty(t, m.read("calls"))
	}
}

func TestInterruptedAnywhereTheSameCommandGoesOn(t *testing.T) {
	t.Parallel()
	whole := newMachine(t)
	require.Zero(t, whole.install(tag, "--images", whole.archives(tag), "--load", "load").code)
	steps := len(whole.changes())
	require.Greater(t, steps, 20)
	for n := 1; n <= steps; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			folder := m.archives(tag)
			m.stopAt(n)
			require.NotZero(t, m.install(tag, "--images", folder, "--load", "load").code)
			made := m.secrets()
			m.forget("stop_at")
			got := m.install(tag, "--images", folder, "--load", "load")
			require.Zero(t, got.code, got.output)
			require.Equal(t, everything(), m.list("releases"))
			require.Len(t, m.secrets(), len(whole.secrets()))
			for name, text := range made {
				if text != "" {
					require.Equal(t, text, m.secrets()[name], "what was made stays")
				}
			}
		})
	}
}

func TestUninstallAtAnyPointLeavesNothing(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 24; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.put("istio", "") // another's: it stays
			m.stopAt(n)
			m.install(tag)
			m.forget("stop_at")
			got := m.run("local-uninstall.sh", "--cluster", "lab", "--limit", "3")
			require.Zero(t, got.code, got.output)
			require.Empty(t, m.list("releases"))
			require.Empty(t, m.list("secrets"))
			require.NoFileExists(t, filepath.Join(m.fake, "namespaces"))
		})
	}
}

func TestUninstallKeepsWhatItIsToldToKeep(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag).code)
	require.Zero(t, m.run("local-uninstall.sh", "--cluster", "lab", "--app-only").code)
	require.Contains(t, m.list("releases"), "mysql")
	require.NotContains(t, m.list("releases"), "dailyfeed")
	secrets := m.secrets()
	require.Zero(t, m.run("local-uninstall.sh", "--cluster", "lab", "--keep-data").code)
	require.NotContains(t, m.list("releases"), "mysql")
	require.Equal(t, secrets, m.secrets(), "passwords stay with the data")
	require.NotContains(t, m.read("changes"), "delete pvc")
}

func TestAnImageThatDoesNotComeIsExplained(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("pods", "dailyfeed-member-1  0/1  ImagePullBackOff  0  1m\ndailyfeed-content-1  1/1  Running  0  1m\n")
	m.put("fail", "rollout status deployment/dailyfeed-member")
	got := m.install(tag)
	require.Equal(t, 1, got.code, got.output)
	require.Contains(t, got.output, "rollout failed")
	require.Contains(t, got.output, "ImagePullBackOff")
	require.Contains(t, got.output, "Back-off pulling image")
	require.Contains(t, got.output, "last lines of dailyfeed-member-1")
	require.NotContains(t, got.output, "last lines of dailyfeed-content-1")
	require.Contains(t, got.output, "run the same command again")
	m.forget("fail")
	require.Zero(t, m.install(tag).code)
}

func TestAFailingStepEndsTheRun(t *testing.T) {
	t.Parallel()
	for failing, after := range map[string]string{
		"upgrade --install mysql ":           "exec -i mysql-0",
		"exec -i mysql-0":                    "upgrade --install dailyfeed ",
		"upgrade --install dailyfeed ":       "upgrade --install dailyfeed-hpa",
		"upgrade --install dailyfeed-istio ": "rollout status deployment/dailyfeed-",
	} {
		m := newMachine(t)
		m.put("fail", failing)
		got := m.install(tag)
		require.Equal(t, 1, got.code, failing)
		require.Contains(t, got.output, "To go on", failing)
		require.NotContains(t, m.read("calls"), after, failing)
	}
}
