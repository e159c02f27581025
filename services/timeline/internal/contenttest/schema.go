// Package contenttest puts content's tables, and rows in them, into a schema
// for the tests of timeline. It is never part of the binary.
//
// Services do not import each other, so it reads content's migrations from the
// disk, by a path within the repository: the tables of the tests cannot drift
// from the real ones.
package contenttest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// migrations are content's, seen from this file.
const migrations = "../../../content/internal/mysqlstore/migrations"

// Tables is a schema with content's tables.
type Tables struct {
	Schema testenv.Schema
	// Pool has all rights, as content has.
	Pool *mysql.Pool
}

// New makes an empty set of content's tables for one test.
func New(t testing.TB) Tables {
	t.Helper()
	return NewOn(t, testenv.MySQL(t))
}

// NewOn makes content's tables in an empty schema.
func NewOn(t testing.TB, schema testenv.Schema) Tables {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	folder := filepath.Join(filepath.Dir(file), migrations)
	_, err := mysql.Migrate(t.Context(), schema.DSN, os.DirFS(folder), "content_schema_version")
	require.NoError(t, err)
	return Tables{Schema: schema, Pool: Open(t, schema.DSN, 0)}
}

// Open makes a pool of at most connections (0: the default) that closes with the test.
func Open(t testing.TB, dsn string, connections int) *mysql.Pool {
	t.Helper()
	pool, err := mysql.Open(mysql.Config{DSN: dsn, MaxOpen: connections})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// Reader is the DSN of a user that may read the tables that timeline names,
// and nothing else.
func (s Tables) Reader(t testing.TB, tables []string) string {
	t.Helper()
	grants := make([]string, len(tables))
	for i, table := range tables {
		grants[i] = "SELECT ON " + table
	}
	return s.Schema.User(t, grants...)
}
