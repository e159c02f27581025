package testrun

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// readAll gives the outcomes and the loose lines of an output.
func readAll(t *testing.T, lines ...string) ([]Package, []string) {
	t.Helper()
	var packages []Package
	var loose []string
	err := read(strings.NewReader(strings.Join(lines, "\n")),
		func(p Package) { packages = append(packages, p) },
		func(line string) { loose = append(loose, line) })
	require.NoError(t, err)
	return packages, loose
}

func TestOnlyLeavesAreCounted(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"start","Package":"p"}`,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestA/x"}`,
		`{"Action":"run","Package":"p","Test":"TestA/y"}`,
		`{"Action":"pass","Package":"p","Test":"TestA/x"}`,
		`{"Action":"pass","Package":"p","Test":"TestA/y"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestB"}`,
		`{"Action":"pass","Package":"p","Test":"TestB"}`,
		`{"Action":"pass","Package":"p","Elapsed":1.5}`)
	require.Equal(t, []Package{{Path: "p", Passed: 3, Elapsed: 1500 * time.Millisecond}}, packages)
}

func TestAFailureCarriesItsOutput(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"around\n"}`,
		`{"Action":"run","Package":"p","Test":"TestA/x"}`,
		`{"Action":"output","Package":"p","Test":"TestA/x","Output":"broken\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestA/x"}`,
		`{"Action":"fail","Package":"p","Test":"TestA"}`,
		`{"Action":"fail","Package":"p","Elapsed":0}`)
	require.Equal(t, []Package{{Path: "p", Failed: []Test{{Name: "TestA/x", Output: "around\nbroken"}}}}, packages)
}

func TestATestThatFailsBesideItsSubtestsCounts(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestA/x"}`,
		`{"Action":"pass","Package":"p","Test":"TestA/x"}`,
		`{"Action":"fail","Package":"p","Test":"TestA"}`,
		`{"Action":"fail","Package":"p"}`)
	require.Equal(t, 1, packages[0].Passed)
	require.Equal(t, []Test{{Name: "TestA"}}, packages[0].Failed)
}

func TestSkipsTellTheirReason(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"no server\n"}`,
		`{"Action":"skip","Package":"p","Test":"TestA"}`,
		`{"Action":"pass","Package":"p"}`)
	require.Equal(t, []Test{{Name: "TestA", Output: "no server"}}, packages[0].Skipped)
	require.Equal(t, 1, packages[0].Tests())
}

func TestABrokenBuildIsAFailureWithTheCompilersWords(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"build-output","ImportPath":"p [p.test]","Output":"a.go:1: undefined: x\n"}`,
		`{"Action":"build-fail","ImportPath":"p [p.test]"}`,
		`{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}`,
		`{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`)
	require.Len(t, packages[0].Failed, 1)
	require.Empty(t, packages[0].Failed[0].Name)
	require.Contains(t, packages[0].Failed[0].Output, "undefined: x")
}

func TestWhatNeverEndedHasFailed(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestB"}`,
		`{"Action":"start","Package":"q"}`)
	require.Equal(t, []Package{
		{Path: "p", Passed: 1, Failed: []Test{{Name: "TestB"}}},
		{Path: "q", Failed: []Test{{}}},
	}, packages)
}

func TestAFailureOutsideOfTestsCounts(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Output":"goleak: found a goroutine\n"}`,
		`{"Action":"fail","Package":"p"}`)
	require.Equal(t, []Test{{Output: "goleak: found a goroutine"}}, packages[0].Failed)
}

func TestCachedResultsAreKnown(t *testing.T) {
	t.Parallel()
	packages, _ := readAll(t,
		`{"Action":"output","Package":"p","Output":"ok  \tp\t(cached)\n"}`,
		`{"Action":"pass","Package":"p"}`)
	require.True(t, packages[0].Cached)
}

func TestOtherLinesAreLoose(t *testing.T) {
	t.Parallel()
	packages, loose := readAll(t, `servers ready in 3.1 s: Redis`, `{"some":"json"}`, `{broken`)
	require.Empty(t, packages)
	require.Equal(t, []string{"servers ready in 3.1 s: Redis", `{"some":"json"}`, "{broken"}, loose)
}

func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	talk := newTally("p")
	for range 10 {
		talk.remember("TestA", strings.Repeat("x", keptOutput))
	}
	talk.remember("TestA", "the end")
	require.LessOrEqual(t, len(talk.text("TestA")), 2*keptOutput+100)
	require.Contains(t, talk.text("TestA"), "earlier output left out")
	require.True(t, strings.HasSuffix(talk.text("TestA"), "the end"))
}

func TestProgressNamesWhatRuns(t *testing.T) {
	t.Parallel()
	s := stream{tallies: map[string]*tally{}, builds: map[string]*strings.Builder{}}
	require.Equal(t, "the compiler", s.running())
	for _, line := range []string{
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestB"}`,
		`{"Action":"start","Package":"q"}`,
	} {
		s.line([]byte(line))
	}
	require.Equal(t, "p TestB; q ", s.running())
}
