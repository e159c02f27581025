package changed_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/changed"
)

const module = "github.com/dailyfeed/dailyfeed/"

// ours is the graph of this repository as it is.
func ours(t *testing.T) (*changed.Graph, []workspace.Package) {
	t.Helper()
	w, err := workspace.Find(".")
	require.NoError(t, err)
	packages, err := w.List(t.Context(), []string{"services", "support", "proto-contracts"})
	require.NoError(t, err)
	graph, err := changed.NewGraph(w, packages)
	require.NoError(t, err)
	return graph, packages
}

// linking are the services whose programs go list says depend on a package.
func linking(graph *changed.Graph, packages []workspace.Package, dependency string) []string {
	var found []string
	for _, p := range packages {
		for _, service := range graph.Services() {
			if p.ImportPath == module+"services/"+service+"/cmd/"+service && slices.Contains(p.Deps, module+dependency) {
				found = append(found, service)
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestAChangeOfASupportModuleBuildsTheServicesThatLinkIt(t *testing.T) {
	t.Parallel()
	graph, packages := ours(t)
	for _, dependency := range []string{"support/kafka", "support/mongo", "support/mysql"} {
		want := linking(graph, packages, dependency)
		require.NotEmpty(t, want, dependency)
		require.Equal(t, want, graph.Concerned([]string{dependency + "/gone.go"}), dependency)
	}
	require.NotContains(t, graph.Concerned([]string{"support/mongo/gone.go"}), "member")
}

// TestNoServiceLinksAStoreThatItDoesNotHave: it would be larger, need more memory,
// and be built anew for changes that are none of its business.
func TestNoServiceLinksAStoreThatItDoesNotHave(t *testing.T) {
	t.Parallel()
	const kafka, sql, mongo = "github.com/segmentio/kafka-go", "gorm.io/gorm", "go.mongodb.org/mongo-driver/v2/mongo"
	const grpc = "google.golang.org/grpc" // with which the linker keeps every method of every type
	foreign := map[string][]string{
		"image":  {kafka, sql, mongo}, // its buckets' library has gRPC
		"member": {mongo, grpc}, "content": {mongo, grpc}, "activity": {sql, grpc}, "search": {sql, grpc}, "timeline": {grpc},
	}
	graph, packages := ours(t)
	for _, p := range packages {
		service := strings.TrimPrefix(path.Dir(path.Dir(p.ImportPath)), module+"services/")
		if !slices.Contains(graph.Services(), service) || p.Name != "main" {
			continue
		}
		for _, dependency := range foreign[service] {
			require.False(t, slices.Contains(p.Deps, dependency), "%s links %s", service, dependency)
		}
		delete(foreign, service)
	}
	require.Empty(t, foreign, "all were looked at")
	require.NotContains(t, graph.Concerned([]string{"support/kafka/gone.go", "support/metrics/kafkametrics/gone.go"}), "image")
	require.Contains(t, graph.Concerned([]string{"support/metrics/gone.go"}), "image")
}

func TestAChangeOfTheToolchainBuildsAll(t *testing.T) {
	t.Parallel()
	graph, _ := ours(t)
	require.Equal(t, graph.Services(), graph.Concerned([]string{"go.work"}))
}

func shops(t *testing.T) *changed.Graph {
	t.Helper()
	w := housetest.Workspace(t, map[string]string{
		"go.work": "go 1.26.0\nuse (\n\t./services/shop\n\t./services/bank\n\t./support/cash\n\t./support/testenv\n" +
			"\t./proto-contracts\n\t./tools\n\t./test\n)\n",
		"services/shop/go.mod":   "module example.org/services/shop\n",
		"services/bank/go.mod":   "module example.org/services/bank\n",
		"support/cash/go.mod":    "module example.org/support/cash\n",
		"support/testenv/go.mod": "module example.org/support/testenv\n",
		"proto-contracts/go.mod": "module example.org/proto-contracts\n",
		"tools/go.mod":           "module example.org/tools\n",
		"test/go.mod":            "module example.org/test\n",
	})
	list := func(name, folder string, deps ...string) workspace.Package {
		for i := range deps {
			deps[i] = "example.org/" + deps[i]
		}
		return workspace.Package{ImportPath: "example.org/" + folder, Name: name, Deps: deps}
	}
	graph, err := changed.NewGraph(w, []workspace.Package{
		list("main", "services/shop/cmd/shop", "services/shop/internal/store", "support/cash", "proto-contracts/rest/bankrest"),
		list("main", "services/bank/cmd/bank", "proto-contracts/rest/bankrest", "proto-contracts/activity"),
		list("main", "services/bank/cmd/other"),
		list("store", "services/shop/internal/store"),
		list("storetest", "services/shop/internal/store/storetest"),
		list("cash", "support/cash"),
		list("cashtest", "support/cash/cashtest"),
		list("testenv", "support/testenv"),
		list("bankrest", "proto-contracts/rest/bankrest"),
		list("activity", "proto-contracts/activity"),
		list("main", "proto-contracts/cmd/gen"),
		list("main", "tools/cmd/house"),
	})
	require.NoError(t, err)
	return graph
}

func TestOnlyWhatIsLinkedCounts(t *testing.T) {
	t.Parallel()
	graph := shops(t)
	require.Equal(t, []string{"bank", "shop"}, graph.Services())
	none, shop, bank, both := []string{}, []string{"shop"}, []string{"bank"}, []string{"bank", "shop"}
	for file, want := range map[string][]string{
		"services/shop/internal/store/store.go":              shop,
		"services/shop/internal/store/gone.go":               shop,
		"services/shop/internal/store/migrations/1_init.sql": shop, // embedded
		"services/shop/internal/store/store_test.go":         none,
		"services/shop/internal/store/testdata/a.json":       none,
		"services/shop/internal/store/storetest/suite.go":    none,
		"services/shop/README.md":                            none,
		"services/shop/go.mod":                               shop,
		"services/bank/go.sum":                               bank,
		"services/bank/cmd/bank/main.go":                     bank,
		"services/bank/cmd/other/main.go":                    none,
		"support/cash/cash.go":                               shop,
		"support/cash/go.mod":                                shop,
		"support/cash/cashtest/fake.go":                      none,
		"support/testenv/mysql.go":                           none,
		"proto-contracts/rest/bankrest/openapi.json":         both,
		"proto-contracts/activity/event.go":                  bank,
		"proto-contracts/openapi/bank.yaml":                  none, // what is made of it counts
		"proto-contracts/cmd/gen/main.go":                    none,
		"go.work":                                            both,
		"go.work.sum":                                        none,
		"tools/cmd/house/main.go":                            none,
		"tools/go.mod":                                       none,
		"test/e2e/home_test.go":                              none,
		"Makefile":                                           none,
		".github/workflows/ci.yml":                           none,
		"docs/adr/README.md":                                 none,
		"../odd":                                             none,
		"":                                                   none,
	} {
		require.Equal(t, want, graph.Concerned([]string{file}), file)
	}
	require.Equal(t, both, graph.Concerned([]string{"Makefile", "support/cash/cash.go", "services/bank/go.mod"}))
	require.Equal(t, none, graph.Concerned(nil))
}

func TestAWorkspaceWithoutServicesIsNotAnEmptyAnswer(t *testing.T) {
	t.Parallel()
	w := housetest.Workspace(t, map[string]string{"go.work": "go 1.26.0\n"})
	_, err := changed.NewGraph(w, nil)
	require.ErrorIs(t, err, changed.ErrNoServices)
}
