package mysqlstore_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// The tables of support modules are written out in the migrations, so that a
// change there needs a migration here.
func TestMigrationsCarryTheTablesOfTheModules(t *testing.T) {
	t.Parallel()
	files, err := mysqlstore.Migrations()
	require.NoError(t, err)
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		all.Write(text)
	}
	for _, table := range append(deadletter.TableSQL("member"), mysql.AnswerTableSQL(mysqlstore.AnswerTable)) {
		require.Contains(t, all.String(), table)
	}
}
