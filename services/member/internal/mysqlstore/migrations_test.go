package mysqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// The tables of support modules are written out in the migrations, so that a
// change there needs a migration here.
func TestMigrationsCarryTheTablesOfTheModules(t *testing.T) {
	t.Parallel()
	files, err := mysqlstore.Migrations()
	require.NoError(t, err)
	testenv.RequireTables(t, files, append(deadletter.TableSQL("member"), mysql.AnswerTableSQL(mysqlstore.AnswerTable))...)
}
