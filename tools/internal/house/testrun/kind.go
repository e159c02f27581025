package testrun

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Kind is what a package's tests need.
type Kind int

// The kinds, cheapest first.
const (
	Unit Kind = iota
	Integration
	EndToEnd
)

// Kinds are all of them, in the order in which they run.
func Kinds() []Kind { return []Kind{Unit, Integration, EndToEnd} }

// String is the kind's name on the command line.
func (k Kind) String() string {
	switch k {
	case Unit:
		return "unit"
	case Integration:
		return "integration"
	case EndToEnd:
		return "e2e"
	default:
		return fmt.Sprintf("kind %d", int(k))
	}
}

const (
	endToEndModule = "test"
	testenvModule  = "support/testenv"
)

// Select sorts the packages that have tests by kind. packages is the answer of
// `go list -test`: each test binary is listed as "<package>.test" with all that
// it links.
func Select(w *workspace.Workspace, packages []workspace.Package) map[Kind][]string {
	selected := map[Kind][]string{}
	for _, p := range packages {
		tested, ok := strings.CutSuffix(p.ImportPath, ".test")
		if !ok || p.Name != "main" {
			continue
		}
		folder := w.Short(tested)
		kind := kindOf(w, folder, p.Deps)
		selected[kind] = append(selected[kind], folder)
	}
	for _, folders := range selected {
		slices.Sort(folders)
	}
	return selected
}

func kindOf(w *workspace.Workspace, folder string, deps []string) Kind {
	if within(folder, endToEndModule) {
		return EndToEnd
	}
	for _, dep := range deps {
		// "path [tested.test]" is a package compiled anew for this test
		dep, _, _ = strings.Cut(dep, " ")
		if within(w.Short(dep), testenvModule) && w.Short(dep) != testenvModule+"/child" {
			return Integration
		}
	}
	return Unit
}

func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}
