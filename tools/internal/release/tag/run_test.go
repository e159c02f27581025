package tag_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

func TestLatestFollowsMainOnly(t *testing.T) {
	t.Parallel()
	for branch, latest := range map[string]bool{"main": true, "develop": false, "hotfix": false, "hotfix/x": false} {
		choice, err := tag.Choose(tag.Run{Event: "push", RefType: "branch", Ref: branch, Number: 1, At: noon})
		require.NoError(t, err)
		require.Equal(t, latest, choice.Latest, branch)
	}
}

func TestADispatchedRunTakesWhatWasTyped(t *testing.T) {
	t.Parallel()
	choice, err := tag.Choose(tag.Run{Event: "workflow_dispatch", RefType: "branch", Ref: "feature/x", Number: 1, Typed: "release-20251024", At: noon})
	require.NoError(t, err)
	require.Equal(t, tag.Choice{Tag: "release-20251024"}, choice)
}

func TestADispatchedRunWithoutATagIsNamedAsAPushIs(t *testing.T) {
	t.Parallel()
	choice, err := tag.Choose(tag.Run{Event: "workflow_dispatch", RefType: "branch", Ref: "main", Number: 3, At: noon})
	require.NoError(t, err)
	require.Equal(t, tag.Choice{Tag: "main-20261120-0003", Latest: true}, choice)

	_, err = tag.Choose(tag.Run{Event: "workflow_dispatch", RefType: "branch", Ref: "feature/x", Number: 3, At: noon})
	require.ErrorIs(t, err, tag.ErrBranch)
}

func TestAPushIgnoresWhatWasTyped(t *testing.T) {
	t.Parallel()
	choice, err := tag.Choose(tag.Run{Event: "push", RefType: "branch", Ref: "develop", Number: 3, Typed: "release-1", At: noon})
	require.NoError(t, err)
	require.Equal(t, "develop-20261120-0003", choice.Tag)
}

func TestOtherEventsAndGitTagsNameNothing(t *testing.T) {
	t.Parallel()
	for _, run := range []tag.Run{
		{Event: "pull_request", RefType: "branch", Ref: "main", Number: 1},
		{Event: "", RefType: "branch", Ref: "main", Number: 1},
		{Event: "push", RefType: "tag", Ref: "main", Number: 1},
		{Event: "push", Ref: "main", Number: 1},
	} {
		_, err := tag.Choose(run)
		require.Error(t, err, "%+v", run)
	}
}

func TestAReRunAfterMidnightKeepsItsTag(t *testing.T) {
	t.Parallel()
	event := writeEvent(t, `{"repository":{"pushed_at":1795219199}}`) // 2026-11-20T23:59:59Z
	environment := map[string]string{
		"GITHUB_EVENT_NAME": "push", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main",
		"GITHUB_RUN_NUMBER": "12", "GITHUB_EVENT_PATH": event,
	}
	for _, attempt := range []time.Time{noon, noon.AddDate(0, 0, 3)} {
		run, err := tag.FromEnvironment(func(name string) string { return environment[name] }, attempt)
		require.NoError(t, err)
		choice, err := tag.Choose(run)
		require.NoError(t, err)
		require.Equal(t, "main-20261120-0012", choice.Tag)
	}
}

func TestAnEnvironmentWithoutItsNumbersIsRefused(t *testing.T) {
	t.Parallel()
	for name, environment := range map[string]map[string]string{
		"no run number":  {"GITHUB_EVENT_NAME": "workflow_dispatch"},
		"words":          {"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_RUN_NUMBER": "1; id"},
		"no event":       {"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_NUMBER": "1"},
		"no moment":      {"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_NUMBER": "1", "GITHUB_EVENT_PATH": writeEvent(t, `{}`)},
		"not a document": {"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_NUMBER": "1", "GITHUB_EVENT_PATH": writeEvent(t, `no`)},
	} {
		_, err := tag.FromEnvironment(func(key string) string { return environment[key] }, noon)
		require.Error(t, err, name)
	}
}

func writeEvent(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "event.json")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}
