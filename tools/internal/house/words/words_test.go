package words_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/words"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// tree is a git repository of those files.
func tree(t *testing.T, files map[string]string) *workspace.Workspace {
	t.Helper()
	files["go.work"] = "go 1.26.0\n"
	w := housetest.Workspace(t, files)
	git := exec.CommandContext(t.Context(), "git", "init", "-q", w.Root)
	require.NoError(t, git.Run())
	return w
}

func check(t *testing.T, list string, files map[string]string) []string {
	t.Helper()
	rules, err := words.Read([]byte(list))
	require.NoError(t, err)
	findings, err := words.Check(t.Context(), tree(t, files), rules)
	require.NoError(t, err)
	return housetest.Faults(findings)
}

func TestCheckNamesTheLineAndTheReason(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{`docs/a.md:2: "Foo": not ours`},
		check(t, "[f]oo  # not ours", map[string]string{"docs/a.md": "bar\na Foo b\n"}))
}

func TestCheckReadsNamesOfFiles(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"docs/foo.md: the name has a forbidden word: not ours"},
		check(t, "foo  # not ours", map[string]string{"docs/foo.md": "bar\n"}))
}

func TestCheckKnowsExceptions(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{`b.md:1: "foo": not ours`},
		check(t, "foo  # not ours; except a.md docs/*", map[string]string{"a.md": "foo", "docs/foo.md": "foo", "b.md": "foo"}))
}

func TestCheckLeavesOutIgnoredAndBinaryFiles(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "foo  # not ours", map[string]string{
		".gitignore": "out/\n", "out/a": "foo", "picture.png": "\x00foo",
	}))
}

func TestReadWantsReasonsAndGoodPatterns(t *testing.T) {
	t.Parallel()
	_, err := words.Read([]byte("# list\nfoo\n"))
	require.ErrorIs(t, err, words.ErrList)
	require.ErrorContains(t, err, "line 2")
	_, err = words.Read([]byte("f(  # open\n"))
	require.ErrorIs(t, err, words.ErrList)
}

func TestForbiddenListPassesItself(t *testing.T) {
	t.Parallel()
	rules, err := words.Forbidden()
	require.NoError(t, err)
	list := housetest.Read(t, ".", "forbidden.txt")
	findings, err := words.Check(t.Context(), tree(t, map[string]string{"list.txt": list}), rules)
	require.NoError(t, err)
	require.Empty(t, findings)
}

func TestForbiddenListKnowsWhatItMustRefuse(t *testing.T) {
	t.Parallel()
	rules, err := words.Forbidden()
	require.NoError(t, err)
	// joined here, so that this file passes too
	for _, bad := range [][]string{
		{"cd /wo", "rk/main"},
		{"see ../sha", "red/spec"},
		{"https://proxy.gol", "ang.org"},
		{"registry.npm", "js.org"},
		{"repo.mav", "en.apache.org"},
		{"repo1.mav", "en.org"},
		{"deb.deb", "ian.org"},
		{"an AI ag", "ent"},
		{"as issue ", "3 says"},
		{"issue ", "#12"},
	} {
		text := strings.Join(bad, "")
		require.True(t, matches(rules, text), "%q", text)
	}
	for _, good := range []string{
		"User-Agent: curl", "a member's session ends", "../framework", "network/work", "./work", "GOWORK=off",
		"golang/go#12345", "this issue of tokens",
	} {
		require.False(t, matches(rules, good), "%q", good)
	}
}

func matches(rules []words.Rule, text string) bool {
	for _, r := range rules {
		if r.Pattern.MatchString(text) {
			return true
		}
	}
	return false
}
