package testenv_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMySQLGivesEachTestAnEmptySchema(t *testing.T) {
	t.Parallel()
	one, other := testenv.MySQL(t), testenv.MySQL(t)
	require.NotEqual(t, one.Schema, other.Schema)

	exec(t, one.DSN, "CREATE TABLE posts (id BIGINT PRIMARY KEY)")
	require.Equal(t, 1, tables(t, one.DSN))
	require.Equal(t, 0, tables(t, other.DSN))
}

func TestMySQLUserHasOnlyItsGrants(t *testing.T) {
	t.Parallel()
	schema := testenv.MySQL(t)
	exec(t, schema.DSN, "CREATE TABLE posts (id BIGINT PRIMARY KEY)")
	reader := open(t, schema.User(t, "SELECT ON posts"))

	_, err := reader.ExecContext(t.Context(), "SELECT id FROM posts")
	require.NoError(t, err)
	_, err = reader.ExecContext(t.Context(), "INSERT INTO posts VALUES (1)")
	require.ErrorContains(t, err, "denied")
}

func TestOwnMySQLKeepsItsRowsWhenKilled(t *testing.T) {
	t.Parallel()
	server, schema := testenv.OwnMySQL(t)
	exec(t, schema.DSN, "CREATE TABLE posts (id BIGINT PRIMARY KEY)")
	exec(t, schema.DSN, "INSERT INTO posts VALUES (1), (2)")

	require.NoError(t, server.Restart(t.Context()))

	var rows int
	require.NoError(t, open(t, schema.DSN).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM posts").Scan(&rows))
	require.Equal(t, 2, rows)
}

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func exec(t *testing.T, dsn, statement string) {
	t.Helper()
	_, err := open(t, dsn).ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

func tables(t *testing.T, dsn string) int {
	t.Helper()
	var n int
	require.NoError(t, open(t, dsn).QueryRowContext(t.Context(),
		"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()").Scan(&n))
	return n
}
