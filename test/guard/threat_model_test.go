package guard_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	namedTest   = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)`")
	writtenTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)\(`)
)

// A row that names no test, or one that is not there, protects nobody.
func TestTheThreatModelNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	written := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return errorOrSkip(err)
		}
		if entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range writtenTest.FindAllSubmatch(text, -1) {
			written[string(found[1])] = true
		}
		return err
	}))
	for _, page := range []string{"threat-model.md", "accounts.md"} {
		text, err := os.ReadFile(filepath.Join(root, "docs", page))
		require.NoError(t, err)
		named := namedTest.FindAllSubmatch(text, -1)
		require.Greater(t, len(named), 50, page)
		for _, name := range named {
			require.True(t, written[string(name[1])], "%s: nobody wrote %s", page, name[1])
		}
	}
	accounts, err := os.ReadFile(filepath.Join(root, "docs", "accounts.md"))
	require.NoError(t, err)
	for row := range strings.Lines(string(accounts)) {
		if strings.HasPrefix(row, "| ") && !strings.HasSuffix(row, "| shown by |\n") {
			require.Regexp(t, namedTest, row, "a rule that nothing shows")
		}
	}
}

func errorOrSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}
