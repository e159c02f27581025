package verify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	chart3 "helm.sh/helm/v3/pkg/chart/loader"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	engine3 "helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v4/pkg/chart/common"
	common4 "helm.sh/helm/v4/pkg/chart/common/util"
	chart4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
	engine4 "helm.sh/helm/v4/pkg/engine"
)

const (
	namespace   = "dailyfeed"
	kubeVersion = "v1.34.0"
)

// values are what a release sets.
type values = map[string]any

// helm renders a chart the way one version of Helm does: the files by their names.
type helm struct {
	name   string
	render func(folder, release string, set values) (map[string]string, error)
}

func helms() []helm { return []helm{{"Helm 3", render3}, {"Helm 4", render4}} }

func render3(folder, release string, set values) (map[string]string, error) {
	loaded, err := chart3.Load(folder)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	if err := util3.ProcessDependencies(loaded, set); err != nil {
		return nil, fmt.Errorf("choose subcharts: %w", err)
	}
	capabilities := util3.DefaultCapabilities.Copy()
	capabilities.KubeVersion = util3.KubeVersion{Version: kubeVersion, Major: "1", Minor: "34"}
	all, err := util3.ToRenderValues(loaded, set, util3.ReleaseOptions{Name: release, Namespace: namespace, IsInstall: true}, capabilities)
	if err != nil {
		return nil, err
	}
	return engine3.Render(loaded, all)
}

func render4(folder, release string, set values) (map[string]string, error) {
	loaded, err := chart4.Load(folder)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	if err := util4.ProcessDependencies(loaded, set); err != nil {
		return nil, fmt.Errorf("choose subcharts: %w", err)
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = common.KubeVersion{Version: kubeVersion, Major: "1", Minor: "34"}
	all, err := common4.ToRenderValues(loaded, set, common.ReleaseOptions{Name: release, Namespace: namespace, IsInstall: true}, capabilities)
	if err != nil {
		return nil, err
	}
	return engine4.Render(loaded, all)
}

// chart is a folder below deploy/ and the release that it becomes.
type chart struct{ folder, release string }

var (
	fleet  = chart{"../helm/dailyfeed", "dailyfeed"}
	scaler = chart{"../hpa", "dailyfeed-hpa"}
	mesh   = chart{"../istio", "dailyfeed-istio"}
)

func serviceChart(name string) chart {
	return chart{"../helm/dailyfeed/charts/" + name, "dailyfeed-" + name}
}

func infraChart(name string) chart { return chart{"../helm/infra/" + name, name} }

// charts are all that can be installed.
func charts() []chart {
	all := []chart{fleet, scaler, mesh}
	for _, name := range services() {
		all = append(all, serviceChart(name))
	}
	for _, name := range []string{"mysql", "redis", "kafka", "mongodb"} {
		all = append(all, infraChart(name))
	}
	return all
}

// renderings are kept: rendering takes longer than all that is done with it.
var renderings sync.Map

// documents are the objects that a chart renders, as text, in the order of their files.
func documents(t *testing.T, h helm, c chart, set values) []string {
	t.Helper()
	key, err := json.Marshal([]any{h.name, c.folder, c.release, set})
	require.NoError(t, err)
	kept, _ := renderings.LoadOrStore(string(key), sync.OnceValues(func() (map[string]string, error) {
		return h.render(c.folder, c.release, set)
	}))
	once, ok := kept.(func() (map[string]string, error))
	require.True(t, ok)
	files, err := once()
	require.NoError(t, err, "%s renders %s", h.name, c.folder)
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		for text := range strings.SplitSeq("\n"+files[name], "\n---") {
			if meaningful(text) {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

func meaningful(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return true
		}
	}
	return false
}

func TestBothHelmsRenderTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range charts() {
		t.Run(c.folder, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, documents(t, helms()[0], c, values{}), documents(t, helms()[1], c, values{}))
		})
	}
}
