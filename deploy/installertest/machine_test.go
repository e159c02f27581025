package installertest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// machine is a folder of tools that pretend, and what they keep.
type machine struct {
	t         *testing.T
	fake, bin string
}

// tools are what the installer calls; the rest of its commands are the system's.
func tools() []string { return []string{"kubectl", "helm", "kind", "docker", "curl", "load"} }

const otherContext = "production"

// newMachine has a cluster of the context "lab", one of production, and all tools.
func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, fake: t.TempDir(), bin: t.TempDir()}
	script, err := filepath.Abs("testdata/tool")
	require.NoError(t, err)
	for _, tool := range tools() {
		require.NoError(t, os.Symlink(script, filepath.Join(m.bin, tool)))
	}
	for _, tool := range []string{
		"bash", "sh", "env", "dirname", "mktemp", "rm", "sed", "awk", "grep", "tr", "od", "head", "tail", "base64", "cut",
		"cksum", "cat", "date", "sleep", "mkdir", "touch", "wc", "kill",
	} {
		path, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(m.bin, tool)))
	}
	m.put("contexts", otherContext+"\nlab\n")
	m.put("server", "v1.34.4")
	m.put("storage", "is-default-class: \"true\"\n")
	return m
}

func (m *machine) put(name, text string) {
	m.t.Helper()
	require.NoError(m.t, os.WriteFile(filepath.Join(m.fake, name), []byte(text), 0o600))
}

func (m *machine) forget(names ...string) {
	m.t.Helper()
	for _, name := range names {
		require.NoError(m.t, os.RemoveAll(filepath.Join(m.fake, name)))
	}
}

func (m *machine) read(name string) string {
	text, err := os.ReadFile(filepath.Join(m.fake, name))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	require.NoError(m.t, err)
	return string(text)
}

// list is what a folder has.
func (m *machine) list(folder string) []string {
	entries, err := os.ReadDir(filepath.Join(m.fake, folder))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(m.t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// secrets are all that is kept in them, by file.
func (m *machine) secrets() map[string]string {
	all := map[string]string{}
	for _, name := range m.list("secrets") {
		all[name] = m.read(filepath.Join("secrets", name))
	}
	return all
}

// archives is a folder with an image of each service.
func (m *machine) archives(tag string) string {
	folder := m.t.TempDir()
	for _, service := range []string{"activity", "content", "image", "member", "search", "timeline"} {
		require.NoError(m.t, os.WriteFile(filepath.Join(folder, service+"-"+tag+".tar"), nil, 0o600))
	}
	return folder
}

// result of a script.
type result struct {
	output string
	code   int
}

const scriptWithin = 2 * time.Minute

// run runs a script in a process group of its own, as a terminal does.
func (m *machine) run(script string, words ...string) result {
	m.t.Helper()
	path, err := filepath.Abs("../../installer/" + script)
	require.NoError(m.t, err)
	return m.shell("bash", append([]string{path}, words...)...)
}

func (m *machine) shell(program string, args ...string) result {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), scriptWithin)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Env = []string{"PATH=" + m.bin, "FAKE=" + m.fake, "PAUSE=0.05", "HOME=" + m.fake, "TMPDIR=" + m.t.TempDir()}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	text, err := command.CombinedOutput()
	require.NoError(m.t, ctx.Err(), "%s", text)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return result{output: string(text), code: exit.ExitCode()}
	}
	require.NoError(m.t, err)
	return result{output: string(text)}
}

// install is a whole installation on the context "lab".
func (m *machine) install(tag string, words ...string) result {
	m.t.Helper()
	return m.run("local-install-infra-and-app.sh", append([]string{tag, "--cluster", "lab", "--limit", "3"}, words...)...)
}

// installKind installs on a cluster that kind makes, on a port where nobody listens.
func (m *machine) installKind(tag string) result {
	m.t.Helper()
	return m.run("local-install-infra-and-app.sh", tag, "--limit", "3", "--kind", m.kindOn(1))
}

// kindOn is a configuration of kind with one port of this machine.
func (m *machine) kindOn(port int) string {
	m.t.Helper()
	file := filepath.Join(m.t.TempDir(), "kind.yaml")
	text := fmt.Sprintf("nodes:\n  - extraPortMappings:\n      - {containerPort: 30080, hostPort: %d}\n", port)
	require.NoError(m.t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// stopAt ends the installer at its n-th change.
func (m *machine) stopAt(n int) { m.put("stop_at", strconv.Itoa(n)) }

// changes are the calls that change something, in order.
func (m *machine) changes() []string {
	return slices.DeleteFunc(strings.Split(m.read("changes"), "\n"), func(line string) bool { return line == "" })
}
