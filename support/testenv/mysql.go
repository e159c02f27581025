package testenv

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// callWithin limits what testenv itself asks of a server.
const callWithin = 30 * time.Second

// Schema is an empty schema that belongs to one test.
type Schema struct {
	DSN      string // the schema, with all rights
	AdminDSN string // the server's administrator, no schema
	Schema   string
}

// MySQL gives the test an empty schema; it is dropped with the test's end.
func MySQL(t testing.TB) Schema {
	t.Helper()
	return schemaOn(t, shared.mysql.get(t))
}

// OwnMySQL gives the test a server that it may stop, kill and pause, with an
// empty schema on it. Its data outlives a restart within the test.
func OwnMySQL(t testing.TB) (*server.MariaDB, Schema) {
	t.Helper()
	s := own(t, server.StartMariaDB, server.Options{})
	m := Schema{AdminDSN: s.DSN(""), Schema: "dailyfeed"}
	m.DSN = s.DSN(m.Schema)
	execAdmin(t, m.AdminDSN, "CREATE DATABASE `dailyfeed` CHARACTER SET utf8mb4")
	return s, m
}

func schemaOn(t testing.TB, adminDSN string) Schema {
	t.Helper()
	m := Schema{AdminDSN: adminDSN, Schema: uniqueName(t)}
	m.DSN = m.dsn(t, func(c *mysql.Config) {})
	execAdmin(t, adminDSN, "CREATE DATABASE `"+m.Schema+"` CHARACTER SET utf8mb4")
	t.Cleanup(func() { execAdmin(t, adminDSN, "DROP DATABASE `"+m.Schema+"`") })
	return m
}

// User makes a user with only these grants on the schema, each like
// "SELECT ON posts" or "SELECT, INSERT ON *", and returns its DSN. The tables
// must exist.
func (m Schema) User(t testing.TB, grants ...string) string {
	t.Helper()
	name := "u" + strings.TrimPrefix(uniqueName(t), "t")[:12]
	execAdmin(t, m.AdminDSN, "CREATE USER `"+name+"`@'%' IDENTIFIED BY 'secret'")
	t.Cleanup(func() { execAdmin(t, m.AdminDSN, "DROP USER `"+name+"`@'%'") })
	for _, grant := range grants {
		rights, table, found := strings.Cut(grant, " ON ")
		if !found {
			t.Fatalf("testenv: grant %q is not RIGHTS ON TABLE", grant)
		}
		execAdmin(t, m.AdminDSN, "GRANT "+rights+" ON `"+m.Schema+"`."+table+" TO `"+name+"`@'%'")
	}
	return m.dsn(t, func(c *mysql.Config) { c.User, c.Passwd = name, "secret" })
}

func (m Schema) dsn(t testing.TB, change func(*mysql.Config)) string {
	t.Helper()
	config, err := mysql.ParseDSN(m.AdminDSN)
	if err != nil {
		t.Fatalf("testenv: read %s: %v", EnvMySQL, err)
	}
	config.DBName = m.Schema
	change(config)
	return config.FormatDSN()
}

func execAdmin(t testing.TB, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatalf("testenv: open mysql: %v", err)
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), callWithin)
	defer cancel()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		t.Errorf("testenv: %s: %v", statement, err)
	}
}

// lockWaits counts the server's threads that run a statement of the schema and wait
// inside InnoDB; MySQL tells it in another table than MariaDB.
const (
	lockWaits = `SELECT COUNT(*) FROM information_schema.innodb_trx t
		JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
		WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`
	lockWaitsOfMySQL = `SELECT COUNT(*) FROM performance_schema.data_lock_waits w
		JOIN performance_schema.threads p ON p.thread_id = w.requesting_thread_id WHERE p.processlist_db = DATABASE()`
	isMySQL = `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'performance_schema' AND table_name = 'data_lock_waits'`
	// lookEvery is seldom: the server refreshes the table only when nobody has read it for 100 ms.
	lookEvery  = 150 * time.Millisecond
	waitWithin = 10 * time.Second
)

// AwaitLockWait returns when a transaction of db's schema waits for a lock, so that a
// test knows that one stands behind another. It fails the test after 10 s.
func AwaitLockWait(t testing.TB, db *sql.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), waitWithin)
	defer cancel()
	query := lockWaits
	if count(ctx, t, db, isMySQL) > 0 {
		query = lockWaitsOfMySQL
	}
	for count(ctx, t, db, query) == 0 {
		select {
		case <-ctx.Done():
			t.Fatalf("nobody waits for a lock within %s", waitWithin)
		case <-time.After(lookEvery):
		}
	}
}

func count(ctx context.Context, t testing.TB, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(ctx, query).Scan(&n); err != nil {
		t.Fatalf("look for waits: %v", err)
	}
	return n
}
