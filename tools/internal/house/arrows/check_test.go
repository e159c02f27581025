package arrows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/arrows"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

const base = "example.org/"

// house has two services, three support modules, tools and test; module paths
// are example.org/<folder>.
func house(t *testing.T) *workspace.Workspace {
	t.Helper()
	files := map[string]string{}
	work := "go 1.26.0\n"
	for _, folder := range []string{
		"services/shop", "services/bank", "support/apierr", "support/mysql", "support/testenv", "tools", "test",
	} {
		work += "use ./" + folder + "\n"
		files[folder+"/go.mod"] = "module " + base + folder + "\n"
	}
	files["go.work"] = work
	return housetest.Workspace(t, files)
}

// code builds the answer of go list from lines `package: import import`; names
// of folders with a slash or of our modules are ours, others foreign. Imports of
// tests follow a bar.
func code(lines ...string) []workspace.Package {
	var packages []workspace.Package
	for _, text := range lines {
		folder, imports, _ := strings.Cut(text, ":")
		production, tests, _ := strings.Cut(imports, "|")
		packages = append(packages, workspace.Package{
			ImportPath: base + folder, Imports: paths(production), XTestImports: paths(tests),
		})
	}
	return packages
}

func paths(words string) []string {
	imports := strings.Fields(words)
	for i, word := range imports {
		if strings.Contains(word, "/") {
			imports[i] = base + word
		}
	}
	return imports
}

func check(t *testing.T, drawing string, packages []workspace.Package) []string {
	t.Helper()
	drawn, err := arrows.Read(strings.NewReader(drawing))
	require.NoError(t, err)
	return housetest.Faults(arrows.Check(house(t), packages, drawn))
}

func TestDrawnEdgesAreFine(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, `
		# two edges
		services/shop -> support/mysql           # keeps its orders
		services/shop -> support/testenv (test)  # on a real engine
		`,
		code("services/shop/internal/orderstore: fmt support/mysql | support/testenv support/mysql")))
}

func TestAnUndrawnEdgeIsFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"support/mysql: needs an edge that arrows.txt does not draw: support/mysql -> support/apierr  # why?",
	}, check(t, "", code("support/mysql: support/apierr")))
}

func TestATestEdgeDoesNotAllowCode(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"arrows.txt:1: nobody uses support/mysql -> support/apierr (test)",
		"support/mysql: needs an edge that arrows.txt does not draw: support/mysql -> support/apierr  # why?",
	}, check(t, "support/mysql -> support/apierr (test)  # codes", code("support/mysql: support/apierr | support/apierr")))
}

func TestADrawnEdgeThatNobodyUsesIsFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"arrows.txt:1: nobody uses support/mysql -> support/apierr"},
		check(t, "support/mysql -> support/apierr  # codes", code("support/mysql: fmt")))
}

func TestServicesNeverImportEachOther(t *testing.T) {
	t.Parallel()
	require.Contains(t, check(t, "services/shop -> services/bank  # pays",
		code("services/shop/internal/pay: services/bank/internal/bank")),
		"services/shop/internal/pay: imports services/bank/internal/bank: services never import each other")
}

func TestSupportNeverImportsServices(t *testing.T) {
	t.Parallel()
	require.Contains(t, check(t, "support/mysql -> services/bank  # knows",
		code("support/mysql: services/bank/internal/bank")),
		"support/mysql: imports services/bank/internal/bank: what services share knows neither services nor tools")
}

func TestTestenvIsNeverInABinary(t *testing.T) {
	t.Parallel()
	require.Contains(t, check(t, "services/shop -> support/testenv  # quick",
		code("services/shop/internal/app: support/testenv/server")),
		"services/shop/internal/app: imports support/testenv/server: code for tests is never in a binary")
}

func TestPackagesForTestsMayUseTestenv(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "support/mysql -> support/testenv (test)  # real engine",
		code("support/mysql/mysqltest: testing support/testenv")))
}

func TestToolsMayRunRealServers(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "tools -> support/testenv  # the fleet at home",
		code("tools/cmd/fleet: support/testenv/server")))
}

func TestTestingOutsideOfTestsIsFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"support/mysql: imports testing outside of tests: packages for tests are named …test"},
		check(t, "", code("support/mysql: testing")))
}

func TestTheDomainKnowsOnlyItselfAndCodes(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"services/shop/internal/shop: imports support/mysql: the domain knows the standard library and support/apierr only",
	}, check(t, "services/shop -> support/apierr  # codes\nservices/shop -> support/mysql  # orders",
		code("services/shop/internal/shop: support/apierr support/mysql services/shop/internal/shop/money")))
}

func TestLayersWithinAService(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "", code(
		"services/shop/cmd/shop: services/shop/internal/app services/shop/internal/config",
		"services/shop/internal/app: services/shop/internal/config services/shop/internal/httpapi services/shop/internal/shop",
		"services/shop/internal/httpapi: services/shop/internal/httpapi/form services/shop/internal/shop | services/shop/internal/shop/shoptest",
	)))
}

func TestAdaptersNeverImportEachOtherOrSettings(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"services/shop/internal/httpapi: needs an edge that arrows.txt does not draw: services/shop/internal/httpapi -> services/shop/internal/config  # why?",
		"services/shop/internal/httpapi: needs an edge that arrows.txt does not draw: services/shop/internal/httpapi -> services/shop/internal/orderstore  # why?",
	}, check(t, "", code("services/shop/internal/httpapi: services/shop/internal/config services/shop/internal/orderstore")))
}

func TestALayerMayBeCrossedWhereThatIsDrawn(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "services/shop/internal/shop -> services/shop/internal/terms  # pure, and big enough for a room",
		code("services/shop/internal/shop: services/shop/internal/terms")))
}

func TestADomainMayHaveAnotherName(t *testing.T) {
	t.Parallel()
	const drawing = "services/shop/internal/goods is domain  # shop is what the world calls it\nservices/shop -> support/apierr  # codes"
	require.Empty(t, check(t, drawing, code(
		"services/shop/internal/goods: support/apierr",
		"services/shop/internal/httpapi: services/shop/internal/goods")))
	require.Contains(t, check(t, drawing, code("services/shop/internal/goods: support/mysql")),
		"services/shop/internal/goods: imports support/mysql: the domain knows the standard library and support/apierr only")
}

func TestADeclaredDomainThatIsNotThereIsFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"arrows.txt:1: there is no package services/shop/internal/goods"},
		check(t, "services/shop/internal/goods is domain  # gone", code("services/shop/internal/shop:")))
}

func TestTestsShareRoomsForTests(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "", code(
		"services/shop/internal/orderstore: fmt | services/shop/internal/tablestest")))
	require.Contains(t, check(t, "", code("services/shop/internal/orderstore: services/shop/internal/tablestest")),
		"services/shop/internal/orderstore: imports services/shop/internal/tablestest: code for tests is never in a binary")
}

func TestAPackageWithoutARoomIsFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"services/shop/pkg/money: is in no room of a service: cmd/ or internal/<name>/"},
		check(t, "", code("services/shop/pkg/money:")))
}

func TestModulesInACircleAreFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"support/apierr: imports itself by way of other modules",
		"support/mysql: imports itself by way of other modules",
	}, check(t, "support/mysql -> support/apierr  # codes\nsupport/apierr -> support/mysql  # rows",
		code("support/mysql: support/apierr", "support/apierr/row: support/mysql/row")))
}

func TestReadReportsAllFaults(t *testing.T) {
	t.Parallel()
	_, err := arrows.Read(strings.NewReader("a -> b\n\na -> c # why\na -> c  # again\nnonsense\n"))
	require.ErrorIs(t, err, arrows.ErrDrawing)
	require.ErrorContains(t, err, "line 1 is not")
	require.ErrorContains(t, err, "line 4 repeats line 3")
	require.ErrorContains(t, err, "line 5 is not")
}

func TestReadKeepsTheReason(t *testing.T) {
	t.Parallel()
	drawing, err := arrows.Read(strings.NewReader("# who\na/b -> c (test)   # why # not\n"))
	require.NoError(t, err)
	require.Equal(t, []arrows.Drawn{{Edge: arrows.Edge{From: "a/b", To: "c", Test: true}, Why: "why # not", Line: 2}}, drawing.Edges)
}
