package arrows

import (
	"path"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// use is an import that one of our packages has of another, both named by
// their folders.
type use struct {
	from, to string
	test     bool
}

const (
	testModule = "test"
	testenv    = "support/testenv"
	contracts  = "proto-contracts"
	apierr     = "support/apierr"
	tools      = "tools"
)

// uses are all imports among our packages, sorted, without doubles.
func uses(w *workspace.Workspace, packages []workspace.Package) []use {
	seen := map[use]bool{}
	var found []use
	add := func(from string, imports []string, test bool) {
		for _, imported := range imports {
			u := use{from: from, to: w.Short(imported), test: test}
			if w.Owner(imported) != nil && u.from != u.to && !seen[u] {
				seen[u] = true
				found = append(found, u)
			}
		}
	}
	for _, p := range packages {
		from := w.Short(p.ImportPath)
		add(from, p.Imports, isTestCode(from))
		add(from, p.TestImports, true)
		add(from, p.XTestImports, true)
	}
	slices.SortFunc(found, func(a, b use) int { return strings.Compare(a.String(), b.String()) })
	return found
}

func (u use) String() string { return Edge{From: u.from, To: u.to, Test: u.test}.String() }

// isTestCode tells whether a package exists for tests although its files are
// not _test.go files: contenttest, kafkatest, all of test/ and testenv.
func isTestCode(folder string) bool {
	return strings.HasSuffix(path.Base(folder), "test") || within(folder, testModule) || within(folder, testenv)
}

// within tells whether folder is parent or lies in it.
func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}
