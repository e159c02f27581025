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
