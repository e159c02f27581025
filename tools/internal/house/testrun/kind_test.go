package testrun_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/testrun"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

func house(t *testing.T) (*workspace.Workspace, []workspace.Package) {
	t.Helper()
	w := housetest.Workspace(t, map[string]string{
		"go.work":                    "go 1.26.0\nuse (\n\t./services/shop\n\t./support/testenv\n\t./test\n)\n",
		"services/shop/go.mod":       "module example.org/shop\n",
		"support/testenv/go.mod":     "module example.org/testenv\n",
		"test/go.mod":                "module example.org/test\n",
		"services/shop/internal/.ok": "",
	})
	binary := func(path string, deps ...string) workspace.Package {
		return workspace.Package{ImportPath: path + ".test", Name: "main", Deps: deps}
	}
	return w, []workspace.Package{
		{ImportPath: "example.org/shop/internal/shop", Name: "shop"},
		binary("example.org/shop/internal/shop", "fmt", "testing"),
		binary("example.org/shop/internal/store", "fmt", "example.org/testenv [example.org/shop/internal/store.test]"),
		binary("example.org/shop/internal/cash", "example.org/testenv/server"),
		binary("example.org/testenv/child", "example.org/testenv/child"),
		binary("example.org/test/e2e", "example.org/testenv"),
		{ImportPath: "example.org/shop/x.test", Name: "x"},
	}
}

func TestKindIsToldByWhatATestLinks(t *testing.T) {
	t.Parallel()
	w, packages := house(t)
	require.Equal(t, map[testrun.Kind][]string{
		testrun.Unit:        {"services/shop/internal/shop", "support/testenv/child"},
		testrun.Integration: {"services/shop/internal/cash", "services/shop/internal/store"},
		testrun.EndToEnd:    {"test/e2e"},
	}, testrun.Select(w, packages))
}
