package bill_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/bill"
)

var subject = bill.Subject{
	Name: "dailyfeed-member-svc", Version: "v1", Digest: "sha256:00ff", Source: "https://example.org/x", Commit: "abc",
	At: time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC),
}

func TestABillNamesEachModuleOnce(t *testing.T) {
	t.Parallel()
	text, err := bill.Write(subject, []bill.Content{
		{Go: "go1.26.8", Modules: []bill.Module{{Path: "example.org/ours"}, {Path: "example.org/b", Version: "v1.2.3"}}},
		{Go: "go1.26.8", Modules: []bill.Module{{Path: "example.org/b", Version: "v1.2.3"}, {Path: "example.org/ours"}}},
	})
	require.NoError(t, err)
	var document struct {
		SPDXVersion   string
		CreationInfo  struct{ Created string }
		Packages      []struct{ Name, VersionInfo string }
		Relationships []struct{ RelationshipType string }
	}
	require.NoError(t, json.Unmarshal(text, &document))
	require.Equal(t, "SPDX-2.3", document.SPDXVersion)
	require.Equal(t, "2026-11-20T01:02:03Z", document.CreationInfo.Created)
	require.Equal(t, []struct{ Name, VersionInfo string }{
		{"dailyfeed-member-svc", "v1"}, {"example.org/b", "v1.2.3"}, {"example.org/ours", "abc"}, {"stdlib", "1.26.8"},
	}, document.Packages)
	require.Len(t, document.Relationships, 4)
	require.Contains(t, string(text), "pkg:golang/example.org/b@v1.2.3")
}

func TestABinaryTellsItsModules(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	content, err := bill.Read(self)
	require.NoError(t, err)
	require.Contains(t, content.Go, "go1.")
	require.NotEmpty(t, content.Modules)

	_, err = bill.Read("bill_test.go")
	require.Error(t, err)
}
