package chart_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/chart"
)

func tree(whole, part, required string) fstest.MapFS {
	return fstest.MapFS{
		chart.Folder + "/Chart.yaml":               {Data: []byte("name: dailyfeed\nversion: " + whole + "\ndependencies:\n  - {name: member, version: " + required + "}\n")},
		chart.Folder + "/charts/member/Chart.yaml": {Data: []byte("name: member\nversion: " + part + "\n")},
		chart.Library + "/Chart.yaml":              {Data: []byte("name: library\nversion: " + whole + "\n")},
	}
}

func TestAChartAndItsPartsHaveOneVersion(t *testing.T) {
	t.Parallel()
	version, err := chart.Read(tree("1.2.3", "1.2.3", "1.2.3"))
	require.NoError(t, err)
	require.Equal(t, "1.2.3", version)
	_, err = chart.Read(tree("1.2.3", "1.2.2", "1.2.3"))
	require.ErrorContains(t, err, "charts/member 1.2.2")
	_, err = chart.Read(tree("1.2.3", "1.2.3", "1.2.2"))
	require.ErrorContains(t, err, "requires member 1.2.2")
	_, err = chart.Read(fstest.MapFS{})
	require.Error(t, err)
}

func TestTheChartOfThisRepositoryKeepsTheRules(t *testing.T) {
	t.Parallel()
	_, err := chart.Read(os.DirFS("../../../.."))
	require.NoError(t, err)
}

func TestAVersionIsSemanticAndFitsATag(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.1.0", "1.2.3", "10.0.0-rc.1"} {
		require.NoError(t, chart.Check(version), version)
	}
	for _, version := range []string{"", "1", "1.2", "v1.2.3", "1.2.3+build", "01.2.3", "1.2.3-", "latest", "1.2.3\n"} {
		require.Error(t, chart.Check(version), version)
	}
}

func TestTheLastReleaseIsTheHighestNotTheNewest(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0.10.0", chart.Last([]string{"chart-0.9.0", "chart-0.10.0", "chart-0.2.0", "v9.0.0", "chart-latest", "main-20261120-0001"}))
	require.Equal(t, "1.0.0", chart.Last([]string{"chart-1.0.0-rc.1", "chart-1.0.0"}))
	require.Empty(t, chart.Last(nil))
}

func TestAReleaseIsAboveAllOthersAndNamedByItsVersion(t *testing.T) {
	t.Parallel()
	require.NoError(t, chart.Release("0.1.0", "chart-0.1.0", nil))
	require.NoError(t, chart.Release("0.10.0", "chart-0.10.0", []string{"chart-0.9.0"}))
	require.ErrorContains(t, chart.Release("0.1.0", "chart-0.2.0", nil), "another version")
	require.ErrorContains(t, chart.Release("0.1.0", "0.1.0", nil), "another version")
	require.ErrorContains(t, chart.Release("0.9.1", "chart-0.9.1", []string{"chart-0.10.0"}), "not above")
	require.ErrorContains(t, chart.Release("1.0.0-rc.1", "chart-1.0.0-rc.1", []string{"chart-1.0.0"}), "not above")
}

func TestAReleasedVersionSaysOneThingForEver(t *testing.T) {
	t.Parallel()
	require.NoError(t, chart.Next("0.1.0", "", true), "nothing was released yet")
	require.NoError(t, chart.Next("0.1.0", "0.1.0", false))
	require.NoError(t, chart.Next("0.1.1", "0.1.0", true))
	require.ErrorContains(t, chart.Next("0.1.0", "0.1.0", true), "give it the next version")
	require.ErrorContains(t, chart.Next("0.1.0", "0.2.0", true), "not above")
}
