package mysql_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(testenv.With(m))
}

const answerTable = "test_idempotency_keys"

// openPool is a pool on an empty schema of the test's own, with a table of
// names, and how to open more pools on it. Lock waits are as short as they can be.
func openPool(t *testing.T) (*mysql.Pool, mysql.Config) {
	t.Helper()
	config := mysql.Config{DSN: testenv.MySQL(t).DSN, LockWait: time.Second}
	pool := openAt(t, config)
	exec(t, pool, `CREATE TABLE names (
		id BIGINT AUTO_INCREMENT PRIMARY KEY,
		name VARCHAR(100) NOT NULL,
		at DATETIME(6) NULL,
		UNIQUE KEY uq_names_name (name)
	) ENGINE=InnoDB`)
	return pool, config
}

func openAt(t *testing.T, config mysql.Config) *mysql.Pool {
	t.Helper()
	pool, err := mysql.Open(config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func exec(t *testing.T, pool *mysql.Pool, statement string, args ...any) {
	t.Helper()
	require.NoError(t, pool.DB(t.Context()).Exec(statement, args...).Error)
}

// names is what committed, in the order of insertion.
func names(t *testing.T, pool *mysql.Pool) []string {
	t.Helper()
	found := []string{}
	require.NoError(t, pool.DB(t.Context()).Raw("SELECT name FROM names ORDER BY id").Scan(&found).Error)
	return found
}
