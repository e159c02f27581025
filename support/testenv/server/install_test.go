package server

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// machine is a PATH with an apt-get that writes down what it is told, and brings
// what the package good has.
func machine(t *testing.T) (folder string, calls func() []string) {
	t.Helper()
	folder = t.TempDir()
	log := filepath.Join(folder, "calls")
	script(t, folder, "apt-get", `
echo "$@ policy=$(cat `+folder+`/policy 2>/dev/null | tail -1)" >> `+log+`
case "$*" in
*good*) [ -e `+folder+`/updated ] || exit 100; printf '#!/bin/sh\n' > `+folder+`/the-program; chmod 755 `+folder+`/the-program;;
*old*) exit 0;;
update*) touch `+folder+`/updated;;
*) exit 100;;
esac`)
	script(t, folder, "sudo", `exec "$@"`)
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return folder, func() []string {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}

func script(t *testing.T, folder, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700))
}

func TestInstallUpdatesTheListsAndForbidsServices(t *testing.T) { //nolint:paralleltest // changes PATH
	folder, calls := machine(t)
	wanted := tool{names: []string{"the-program"}, apt: []string{"good"}}
	require.NoError(t, apt{log: &bytes.Buffer{}, policy: filepath.Join(folder, "policy")}.install(t.Context(), []tool{wanted}))

	const forbidden = " policy=exit 101"
	get := "install -y -q --no-install-recommends good" + forbidden
	require.Equal(t, []string{get, "update -q" + forbidden, get}, calls())
	require.NoFileExists(t, filepath.Join(folder, "policy"), "it is somebody else's file again")
}

func TestInstallLeavesAnExistingPolicyAlone(t *testing.T) { //nolint:paralleltest // changes PATH
	folder, _ := machine(t)
	policy := filepath.Join(folder, "policy")
	require.NoError(t, os.WriteFile(policy, []byte("mine"), 0o600))
	wanted := tool{names: []string{"the-program"}, apt: []string{"good"}}
	require.NoError(t, apt{log: &bytes.Buffer{}, policy: policy}.install(t.Context(), []tool{wanted}))
	text, err := os.ReadFile(policy)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
}

func TestInstallTriesTheNextPackageWhereTheFirstIsTooOld(t *testing.T) { //nolint:paralleltest // changes PATH
	folder, calls := machine(t)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "updated"), nil, 0o600))
	wanted := tool{names: []string{"the-program"}, apt: []string{"old", "good"}}
	require.NoError(t, apt{log: &bytes.Buffer{}, policy: filepath.Join(folder, "policy")}.install(t.Context(), []tool{wanted}))
	require.Len(t, calls(), 2)
}

func TestInstallSaysWhatCouldNotBeHad(t *testing.T) { //nolint:paralleltest // changes PATH
	folder, _ := machine(t)
	wanted := tool{names: []string{"the-program"}, apt: []string{"bad"}}
	err := apt{log: &bytes.Buffer{}, policy: filepath.Join(folder, "policy")}.install(t.Context(), []tool{wanted})
	require.ErrorContains(t, err, "the-program is not installed; get it with: apt-get install")
}

func TestAnOldJavaIsNone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	script(t, folder, "java", `echo 'openjdk version "11.0.2" 2019-01-15' >&2`)
	require.False(t, isNewJava(filepath.Join(folder, "java")))
	script(t, folder, "java", `echo 'openjdk version "21" 2023-09-19' >&2`)
	require.True(t, isNewJava(filepath.Join(folder, "java")))
	script(t, folder, "java", `echo 'java version "1.8.0_402"' >&2`)
	require.False(t, isNewJava(filepath.Join(folder, "java")))
	script(t, folder, "java", `echo 'No Java runtime present' >&2; exit 1`)
	require.False(t, isNewJava(filepath.Join(folder, "java")))
}

func TestJavaIsKnownByTheFileBesideIt(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, "bin"), 0o700))
	script(t, filepath.Join(home, "bin"), "java", "exit 1")
	java := filepath.Join(home, "bin", "java")
	require.NoError(t, os.WriteFile(filepath.Join(home, "release"), []byte("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n"), 0o600))
	require.True(t, isNewJava(java))
	require.NoError(t, os.WriteFile(filepath.Join(home, "release"), []byte("JAVA_VERSION=\"1.8.0_402\"\n"), 0o600))
	require.False(t, isNewJava(java))
}
