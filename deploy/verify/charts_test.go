package verify_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	lint3 "helm.sh/helm/v3/pkg/lint"
	lintcheck3 "helm.sh/helm/v3/pkg/lint/support"
	"helm.sh/helm/v4/pkg/chart/common"
	lint4 "helm.sh/helm/v4/pkg/chart/v2/lint"
	lintcheck4 "helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"sigs.k8s.io/yaml"
)

func TestHelm3LintFindsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range charts() {
		found := lint3.AllWithKubeVersion(c.folder, values{}, namespace, &util3.KubeVersion{Version: kubeVersion, Major: "1", Minor: "34"})
		for _, message := range found.Messages {
			require.Less(t, message.Severity, lintcheck3.WarningSev, "%s: %v", c.folder, message)
		}
	}
}

func TestHelm4LintFindsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range charts() {
		found := lint4.RunAll(c.folder, values{}, namespace, lint4.WithKubeVersion(&common.KubeVersion{Version: kubeVersion, Major: "1", Minor: "34"}))
		for _, message := range found.Messages {
			require.Less(t, message.Severity, lintcheck4.WarningSev, "%s: %v", c.folder, message)
		}
	}
}

// valuesCase is a file of testdata/values: what a release sets, and whether the
// chart's schema must refuse it.
type valuesCase struct {
	Chart string         `json:"chart"`
	Set   map[string]any `json:"set"`
	// Refused is in the error; empty: the values are good.
	Refused string `json:"refused"`
}

func TestSchemasTellGoodValuesFromBad(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/values/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 20)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, h := range helms() {
			t.Run(filepath.Base(file)+" "+h.name, func(t *testing.T) {
				t.Parallel()
				var c valuesCase
				require.NoError(t, yaml.UnmarshalStrict(text, &c))
				_, err := h.render("../"+c.Chart, "dailyfeed", c.Set)
				if c.Refused == "" {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, c.Refused)
			})
		}
	}
}
