package testenv

import (
	"io/fs"
	"strings"
	"testing"
)

// RequireTables fails the test unless each statement that makes a table is written
// out in the migrations, as it is: a change of it needs a migration.
func RequireTables(t testing.TB, migrations fs.FS, tables ...string) {
	t.Helper()
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatalf("testenv: read migration: %v", err)
		}
		all.Write(text)
	}
	for _, table := range tables {
		if !strings.Contains(all.String(), table) {
			t.Errorf("no migration has:\n%s", table)
		}
	}
}
