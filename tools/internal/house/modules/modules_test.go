package modules_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/modules"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

const head = "go 1.26.0\n\ntoolchain go1.26.8\n\n"

// house is a workspace of two support modules and a service that uses one.
func house() map[string]string {
	return map[string]string{
		"go.work":               head + "use (\n\t./services/shop\n\t./support/a\n\t./support/b\n)\n",
		"support/a/go.mod":      "module example.org/a\n\n" + head + "replace example.org/b => ../../support/b\n",
		"support/a/a.go":        "// Package a is one.\npackage a\n\n// One is one.\nconst One = 1\n",
		"support/b/go.mod":      "module example.org/b\n\n" + head + "replace example.org/a => ../../support/a\n",
		"support/b/b.go":        "package b\n",
		"services/shop/go.mod":  "module example.org/shop\n\n" + head + "replace (\n\texample.org/a => ../../support/a\n\texample.org/b => ../../support/b\n)\n\nrequire example.org/a v0.0.0\n",
		"services/shop/shop.go": "package shop\n\nimport \"example.org/a\"\n\nvar _ = a.One\n",
	}
}

func check(t *testing.T, change func(files map[string]string)) []string {
	t.Helper()
	files := house()
	change(files)
	return housetest.Faults(modules.Check(housetest.Workspace(t, files)))
}

func TestCheckIsContentWithAlikeModules(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, func(map[string]string) {}))
}

func TestCheckFindsOtherGoAndToolchainLines(t *testing.T) {
	t.Parallel()
	faults := check(t, func(files map[string]string) {
		files["support/b/go.mod"] = "module example.org/b\n\ngo 1.25.0\n\nreplace example.org/a => ../../support/a\n"
	})
	require.Equal(t, []string{
		`support/b/go.mod: go line is "1.25.0", go.work says "1.26.0"`,
		`support/b/go.mod: toolchain line is "", go.work says "go1.26.8"`,
	}, faults)
}

func TestCheckFindsMissingWrongAndIdleReplaces(t *testing.T) {
	t.Parallel()
	faults := check(t, func(files map[string]string) {
		files["support/a/go.mod"] = "module example.org/a\n\n" + head + "replace example.org/gone => ../gone\n"
		files["support/b/go.mod"] = "module example.org/b\n\n" + head + "replace example.org/a => ../b\n"
	})
	require.Equal(t, []string{
		"support/a/go.mod: has an idle replace example.org/gone => ../gone",
		"support/a/go.mod: lacks replace example.org/b => ../../support/b",
		"support/b/go.mod: replaces example.org/a by ../b, not by ../../support/a",
	}, faults)
}

func TestCheckFindsTwoVersionsOfADependency(t *testing.T) {
	t.Parallel()
	faults := check(t, func(files map[string]string) {
		files["support/a/go.mod"] += "\nrequire example.com/lib v1.9.0\n"
		files["support/b/go.mod"] += "\nrequire example.com/lib v1.10.0 // indirect\n"
	})
	require.Equal(t, []string{"support/a/go.mod: requires example.com/lib@v1.9.0, elsewhere it is v1.10.0"}, faults)
}

func TestCheckFindsANumberedNeighbour(t *testing.T) {
	t.Parallel()
	faults := check(t, func(files map[string]string) {
		files["support/b/go.mod"] += "\nrequire example.org/a v0.3.0\n"
	})
	require.Equal(t, []string{"support/b/go.mod: requires example.org/a@v0.3.0, elsewhere it is v0.0.0"}, faults)
}

func TestRepairMakesCheckContent(t *testing.T) {
	t.Parallel()
	files := house()
	right := files["services/shop/go.mod"]
	files["services/shop/go.mod"] = "module example.org/shop\n\ngo 1.24.0\n\nrequire example.org/a v0.1.0\n\nreplace example.org/a => ../../support/a\n"
	root := housetest.Tree(t, files)

	touched, err := modules.Repair(t.Context(), root, func(string) {})
	require.NoError(t, err)
	require.Equal(t, []string{"services/shop"}, touched)
	require.Equal(t, right, housetest.Read(t, root, "services/shop/go.mod"))

	w, err := workspace.Open(root)
	require.NoError(t, err)
	require.Empty(t, modules.Check(w))
	touched, err = modules.Repair(t.Context(), root, func(string) {})
	require.NoError(t, err)
	require.Empty(t, touched, "a second repair has nothing to do")
}

func alone(t *testing.T, files map[string]string) []workspace.Finding {
	t.Helper()
	w := housetest.Workspace(t, files)
	var seen atomic.Int64
	findings, err := modules.Alone(t.Context(), w, w.Modules, 2, func(string, []workspace.Finding) { seen.Add(1) })
	require.NoError(t, err)
	require.EqualValues(t, len(w.Modules), seen.Load())
	return findings
}

func TestAloneIsContentWithModulesThatStandByThemselves(t *testing.T) {
	t.Parallel()
	require.Empty(t, alone(t, house()))
}

func TestAloneFindsAnUntidyModule(t *testing.T) {
	t.Parallel()
	files := house()
	files["support/b/go.mod"] += "\nrequire example.org/a v0.0.0\n"
	findings := alone(t, files)
	require.Len(t, findings, 1)
	require.Equal(t, "support/b", findings[0].Place)
	require.Contains(t, findings[0].Fault, "is not tidy by itself")
}

func TestAloneFindsAModuleThatOnlyTheWorkspaceBuilds(t *testing.T) {
	t.Parallel()
	files := house()
	files["services/shop/shop.go"] = "package shop\n\nfunc f() int { return \"\" }\n"
	files["services/shop/go.mod"] = "module example.org/shop\n\n" + head
	findings := alone(t, files)
	require.Len(t, findings, 1)
	require.Contains(t, findings[0].Fault, "does not build by itself")
}

func TestAloneVetsTests(t *testing.T) {
	t.Parallel()
	files := house()
	files["support/b/b_test.go"] = "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { t.Errorf(\"%d\", \"no number\") }\n"
	findings := alone(t, files)
	require.Len(t, findings, 1)
	require.Contains(t, findings[0].Fault, "does not pass go vet by itself")
}
