package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompareFindsWhatIsStaleOrMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rest", "some.json")
	require.ErrorContains(t, compare(path, []byte("{}")), "is missing; run: go run ./cmd/contractgen generate")
	require.NoError(t, write(path, []byte("{}")))
	require.NoError(t, compare(path, []byte("{}")))
	require.ErrorContains(t, compare(path, []byte("[]")), "is stale")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "{}", string(content), "comparing writes nothing")
}

func TestRunWantsOneKnownWord(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(t.Context(), nil), "want one word")
	require.ErrorContains(t, run(t.Context(), []string{"erase"}), `unknown word "erase"`)
}

func TestContractFileNamesItsService(t *testing.T) {
	t.Parallel()
	made, err := render("contract.tmpl", map[string]string{"Package": "memberrest", "Service": "member"})
	require.NoError(t, err)
	require.Contains(t, string(made), "package memberrest\n")
	require.Contains(t, string(made), "DO NOT EDIT")
}
