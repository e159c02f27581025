package workflow_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const root = "../../../.."

type workflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]job    `yaml:"jobs"`
}

type job struct {
	Permissions map[string]string `yaml:"permissions"`
	Timeout     int               `yaml:"timeout-minutes"`
	Steps       []struct {
		Name, Uses, Run string
	} `yaml:"steps"`
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob(root + "/.github/workflows/*.yml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string]workflow{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var w workflow
		require.NoError(t, yaml.Unmarshal(text, &w), file)
		require.NotEmpty(t, w.Jobs, file)
		all[filepath.Base(file)] = w
	}
	return all
}

func TestAStepIsALineThatCanBeRunElsewhere(t *testing.T) {
	t.Parallel()
	for name, w := range workflows(t) {
		for _, j := range w.Jobs {
			for _, step := range j.Steps {
				require.NotContains(t, strings.TrimSpace(step.Run), "\n", "%s: %s: make a target of it, or a tested script", name, step.Name)
			}
		}
	}
}

func TestEveryTargetThatAWorkflowMakesIsThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/Makefile")
	require.NoError(t, err)
	made := 0
	for name, w := range workflows(t) {
		for _, j := range w.Jobs {
			for _, step := range j.Steps {
				if target, ok := strings.CutPrefix(step.Run, "make "); ok {
					made++
					require.Contains(t, string(text), "\n"+strings.Fields(target)[0]+":", "%s: %s", name, step.Name)
				}
			}
		}
	}
	require.NotZero(t, made)
}

func TestActionsArePinnedByCommitAndNamedByVersion(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+(\.\d+){0,2}$`)
	for name := range workflows(t) {
		text, err := os.ReadFile(filepath.Join(root, ".github", "workflows", name))
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, "uses: ") {
				require.Regexp(t, form, strings.TrimSpace(line), name)
			}
		}
	}
}

// TestAWorkflowMayOnlyReadUnlessAJobSaysOtherwise: and no job that runs what a
// stranger proposes may write.
func TestAWorkflowMayOnlyReadUnlessAJobSaysOtherwise(t *testing.T) {
	t.Parallel()
	for name, w := range workflows(t) {
		require.NotNil(t, w.Permissions, "%s: without the line a token may do what the repository's settings say", name)
		for what, may := range w.Permissions {
			require.Equal(t, "read", may, "%s: %s", name, what)
		}
		for id, j := range w.Jobs {
			require.NotZero(t, j.Timeout, "%s: %s has no time limit", name, id)
			if name == "ci.yml" {
				require.Empty(t, j.Permissions, id)
			}
		}
	}
}
