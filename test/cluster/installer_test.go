//go:build cluster

package cluster_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInstaller is the installer where things go wrong. What it does when all goes
// well is TestCluster's.
//
//nolint:paralleltest // one cluster
func TestInstaller(t *testing.T) {
	i := prepare(t, "off", "--no-autoscaling")
	r := newReport(t, "The installer where things go wrong")
	r.add("| what | figure |")
	r.add("|---|---|")
	t.Run("prerequisites", func(t *testing.T) { missing(t, i, r) })
	require.True(t, t.Run("interrupted at each step", func(t *testing.T) { interruptedAtEachStep(t, i, r) }))
	t.Run("an image that does not come", func(t *testing.T) { noImage(t, i, r) })
	t.Run("killed amid migrations", func(t *testing.T) {
		i := i
		i.loaded = true
		i.broken(t, "services at "+i.tags[1], i.migrates, syscall.SIGKILL, i.tags[1])
		i.limit = "60"
		took := i.install(t, i.tags[1])
		r.add("| installer and Helm killed (-9) amid migrations, then the same command with `--limit 60`, which gives a Helm at work that long | %.0f s |", took.Seconds())
	})
	t.Run("uninstalled amid an upgrade", func(t *testing.T) {
		i := i
		i.loaded = true
		i.broken(t, "services at "+i.tags[0], i.migrates, syscall.SIGKILL, i.tags[0])
		took := i.uninstall(t)
		i.requireNothing(t)
		r.add("| killed amid migrations, then uninstalled: nothing left | %.0f s |", took.Seconds())
	})
}

func (i installation) requireNothing(t *testing.T) {
	t.Helper()
	require.Empty(t, strings.TrimSpace(i.kubectl(t, "get", "namespace", app, infra, "--ignore-not-found", "-o", "name")))
}

// missing takes one prerequisite away at a time.
func missing(t *testing.T, i installation, r *report) {
	refused := func(i installation, told string, words ...string) {
		text, err := i.script(t, "local-install-infra-and-app.sh", words...)
		require.Equal(t, 1, exitCode(err), told)
		require.Contains(t, text, "MISSING")
		require.Contains(t, text, told)
		require.Contains(t, text, "nothing was changed")
		i.env = nil
		i.requireNothing(t)
	}
	all := i.words(i.tags[0])
	for _, tool := range []string{"kubectl", "helm", "curl"} {
		without := i
		without.env = []string{"PATH=" + toolsWithout(t, tool)}
		refused(without, tool+": not found", all...)
	}
	elsewhere := i
	elsewhere.context = "nowhere"
	text, err := elsewhere.script(t, "local-install-infra-and-app.sh", all...)
	require.Equal(t, 1, exitCode(err))
	require.Contains(t, text, "no context nowhere")
	i.requireNothing(t)

	dead := i
	dead.context, dead.env = "dead", []string{"KUBECONFIG=" + deadCluster(t)}
	text, err = dead.script(t, "local-install-infra-and-app.sh", all...)
	require.Equal(t, 1, exitCode(err))
	require.Contains(t, text, "MISSING a cluster that answers")
	i.requireNothing(t)

	refused(i, "lacks activity-"+i.tags[0]+".tar", append(all, "--images", t.TempDir())...)
	lacking := filepath.Join(t.TempDir(), "external.env")
	require.NoError(t, os.WriteFile(lacking, []byte("MYSQL_HOST=db\n"), 0o600))
	refused(i, "lacks MYSQL_PORT", append(all, "--external", lacking)...)
	tried := "kubectl, helm, curl, context, cluster, archives, addresses of stores"
	if !strings.Contains(i.kubectl(t, "get", "storageclass", "-o", "yaml"), "is-default-class") {
		refused(i, "a default StorageClass", i.tags[0])
		tried += ", StorageClass"
	}
	r.add("| each of these missing in turn: told, nothing changed | %s |", tried)
}

// loadImages brings a tag's images into the cluster, as the installer does.
func (i installation) loadImages(t *testing.T, tag string) {
	t.Helper()
	for _, service := range []string{"activity", "content", "image", "member", "search", "timeline"} {
		words := append(strings.Fields(i.load), filepath.Join(i.dist, service+"-"+tag+".tar"))
		output(t, words[0], words[1:]...)
	}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return 0
}

// toolsWithout is a folder with every program of the PATH but one.
func toolsWithout(t *testing.T, tool string) string {
	t.Helper()
	folder := t.TempDir()
	for _, from := range filepath.SplitList(os.Getenv("PATH")) {
		entries, err := os.ReadDir(from)
		if err != nil {
			continue // a PATH may name what is not there
		}
		for _, entry := range entries {
			if entry.Name() != tool {
				_ = os.Symlink(filepath.Join(from, entry.Name()), filepath.Join(folder, entry.Name())) // the first of a name wins
			}
		}
	}
	return folder
}

// deadCluster is a kubeconfig whose context "dead" leads to where nobody listens.
func deadCluster(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	for _, words := range [][]string{{"set-cluster", "dead", "--server=https://127.0.0.1:9"}, {"set-context", "dead", "--cluster=dead"}} {
		output(t, "kubectl", append([]string{"--kubeconfig", file, "config"}, words...)...)
	}
	return file
}

// interruptedAtEachStep presses Ctrl-C at one step after the other; each run goes on
// where the one before it was stopped, and the last one ends well.
func interruptedAtEachStep(t *testing.T, i installation, r *report) {
	steps := []string{
		"cluster", "namespaces", "ingress", "secrets of the services", "images", "services at " + i.tags[0],
		"rights", "rules of autoscaling and the mesh", "rollout", "smoke test",
	}
	var kek string
	loaded := false
	for _, tag := range i.tags {
		i.loadImages(t, tag)
	}
	for _, step := range steps {
		i := i
		i.loaded = loaded
		loaded = loaded || step == "images"
		when := func(*testing.T) bool { return true }
		if strings.HasPrefix(step, "services at") {
			when = i.migrates
		}
		said := i.broken(t, step, when, syscall.SIGINT, i.tags[0])
		require.Contains(t, said, "run the same command again to go on", step)
		now, _ := i.try(t, "-n", app, "get", "secret", "member-secret", "--ignore-not-found", "-o", "jsonpath={.data.jwt-kek}")
		if kek != "" {
			require.Equal(t, kek, now, "keys are made once")
		}
		kek = now
	}
	i.loaded = true
	took := i.install(t, i.tags[0])
	require.Equal(t, kek, i.kubectl(t, "-n", app, "get", "secret", "member-secret", "-o", "jsonpath={.data.jwt-kek}"))
	r.add("| interrupted at each of %d steps in turn, the same command each time; the last run, to its end | %.0f s |", len(steps), took.Seconds())
}

// migrates says whether a migration has begun that has not ended.
func (i installation) migrates(t *testing.T) bool {
	t.Helper()
	pods, _ := i.try(t, "-n", app, "get", "pods", "-l", "app.kubernetes.io/component=migrate", "-o", "name", "--ignore-not-found")
	return strings.Contains(pods, "pod/")
}

// broken runs the installer and ends it, and all it has started, at a step, once the
// condition holds there; it returns what was said.
func (i installation) broken(t *testing.T, step string, when func(*testing.T) bool, signal syscall.Signal, tag string) string {
	t.Helper()
	command := i.command(t, "local-install-infra-and-app.sh", i.words(tag)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a terminal does
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer func() { _ = reader.Close() }()
	command.Stdout, command.Stderr = writer, writer
	require.NoError(t, command.Start())
	require.NoError(t, writer.Close())
	require.NoError(t, reader.SetReadDeadline(time.Now().Add(7*time.Minute)))
	var said strings.Builder
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		if lines.Text() == "== "+step {
			within(t, time.Minute, "the moment in "+step, func() (bool, string) { return when(t), "" })
			require.NoError(t, syscall.Kill(-command.Process.Pid, signal))
		}
	}
	err = command.Wait()
	t.Logf("ended at %s: %v\n%s", step, err, said.String())
	require.Error(t, err)
	require.Contains(t, said.String(), "== "+step)
	return said.String()
}

// noImage asks for a tag that nobody has, under load: what ran before goes on.
func noImage(t *testing.T, i installation, r *report) {
	before := i.podIDs(t)
	l := startLoad(t, i.url, 5, 4)
	began := time.Now()
	text, err := i.script(t, "local-install-app.sh", append([]string{
		"e2e-none", "--external", i.stores.file, "--url", i.url, "--values", i.values, "--limit", "45",
	}, i.extra...)...)
	took := time.Since(began)
	require.Equal(t, 1, exitCode(err))
	require.Contains(t, text, "services at e2e-none failed")
	require.Regexp(t, "dailyfeed-[a-z]+-migrate-[a-z0-9]+ .*(ErrImagePull|ImagePullBackOff|ContainerCreating|Pending)", text)
	require.Contains(t, text, "To go on: mend it, then run the same command again")
	require.Equal(t, before, i.podIDs(t), "the pods of before run")
	i.loaded = true
	i.install(t, i.tags[0])
	l.stop()
	require.Zero(t, l.failed.Load(), "%v", l.failures)
	require.Equal(t, before, i.podIDs(t), "also after going back to their tag")
	r.add("| a tag whose image is nowhere, with `--limit 45`: told why, then back to the tag before; under load | %.0f s; no pod replaced; %s |", took.Seconds(), l.summary())
}
