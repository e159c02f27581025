package fleet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// schema is the name of the MySQL schema and of the MongoDB database.
const schema = "dailyfeed"

const migrateUser = "dailyfeed_migrate"

func userOf(s service) string { return "dailyfeed_" + s.name }

// prepareAccounts makes the schema and the users. They get their tables'
// grants from grantTables, after the migrations.
func (f *Fleet) prepareAccounts(ctx context.Context) error {
	statements := []string{"CREATE DATABASE IF NOT EXISTS " + quoted(schema) + " CHARACTER SET utf8mb4"}
	statements = append(statements, userStatements(migrateUser, f.secrets[secretMySQLMigrate])...)
	statements = append(statements, "GRANT ALL ON "+quoted(schema)+".* TO '"+migrateUser+"'@'%'")
	for _, s := range services {
		if s.mysql != "" {
			statements = append(statements, userStatements(userOf(s), f.secrets[s.mysql])...)
		}
	}
	return f.asAdmin(func(db *sql.DB) error { return execAll(ctx, db, statements) })
}

// userStatements make a user, or set its password anew; passwords are our own
// hexadecimal, nothing to escape.
func userStatements(user, password string) []string {
	return []string{
		fmt.Sprintf("CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s'", user, password),
		fmt.Sprintf("ALTER USER '%s'@'%%' IDENTIFIED BY '%s'", user, password),
	}
}

// quoted is a name in SQL.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// rights is what a user may do with one table.
type rights struct {
	user, table, verbs string
}

const (
	readWrite = "SELECT, INSERT, UPDATE, DELETE"
	readOnly  = "SELECT"
)

// contentPublic are content's tables that timeline may read; its bookkeeping
// (content_…) is its own.
var contentPublic = []string{"posts", "post_", "comments", "comment_"}

// rightsFor lists who may do what with a table. A table of nobody is an error:
// a new one must be given an owner here.
func rightsFor(table string) ([]rights, error) {
	member, content, timeline := userOf(findService("member")), userOf(findService("content")), userOf(findService("timeline"))
	switch {
	case named(table, "members", "member_", "jwt_"):
		return []rights{{member, table, readWrite}}, nil
	case named(table, contentPublic...):
		return []rights{{content, table, readWrite}, {timeline, table, readOnly}}, nil
	case named(table, "content_"):
		return []rights{{content, table, readWrite}}, nil
	}
	return nil, fmt.Errorf("%w: %s", errNobodysTable, table)
}

var errNobodysTable = errors.New("table without an owner")

// named is true for a table of this name, or with this prefix where it ends
// with an underscore.
func named(table string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return table == name || strings.HasSuffix(name, "_") && strings.HasPrefix(table, name)
	})
}

// grantTables gives each user its rights on the tables that there are.
func (f *Fleet) grantTables(ctx context.Context) error {
	return f.asAdmin(func(db *sql.DB) error {
		tables, err := listTables(ctx, db)
		if err != nil {
			return err
		}
		var statements []string
		for _, table := range tables {
			all, err := rightsFor(table)
			if err != nil {
				return err
			}
			for _, r := range all {
				statements = append(statements,
					fmt.Sprintf("GRANT %s ON %s.%s TO '%s'@'%%'", r.verbs, quoted(schema), quoted(r.table), r.user))
			}
		}
		return execAll(ctx, db, statements)
	})
}

func listTables(ctx context.Context, db *sql.DB) (tables []string, err error) {
	rows, err := db.QueryContext(ctx,
		"SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY 1", schema)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, fmt.Errorf("list tables: %w", err)
		}
		tables = append(tables, table)
	}
	return tables, rows.Err()
}

func (f *Fleet) asAdmin(do func(*sql.DB) error) (err error) {
	db, err := sql.Open("mysql", f.stores.MySQL)
	if err != nil {
		return fmt.Errorf("open mysql: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}

const statementWithin = 30 * time.Second

func execAll(ctx context.Context, db *sql.DB, statements []string) error {
	for _, statement := range statements {
		ctx, cancel := context.WithTimeout(ctx, statementWithin)
		_, err := db.ExecContext(ctx, statement)
		cancel()
		if err != nil {
			return fmt.Errorf("mysql accounts: %s: %w", withoutPassword(statement), err)
		}
	}
	return nil
}

func withoutPassword(statement string) string {
	before, _, _ := strings.Cut(statement, " IDENTIFIED BY")
	return before
}

// serviceDSN is how a service reaches its tables.
func (f *Fleet) serviceDSN(s service, stores Stores) (string, error) {
	return f.dsn(stores.MySQL, userOf(s), f.secrets[s.mysql])
}

// migrateDSN is how a service changes the schema.
func (f *Fleet) migrateDSN() (string, error) {
	return f.dsn(f.stores.MySQL, migrateUser, f.secrets[secretMySQLMigrate])
}

// ownAccounts says whether the server is ours to make users on.
func (f *Fleet) ownAccounts() bool { return f.config.env("MYSQL_DSN") == "" }

// dsn is a store's with another user; a store that was given is used as it is.
func (f *Fleet) dsn(store, user, password string) (string, error) {
	if !f.ownAccounts() {
		return store, nil
	}
	config, err := mysql.ParseDSN(store)
	if err != nil {
		return "", fmt.Errorf("read mysql address: %w", err)
	}
	config.User, config.Passwd, config.DBName = user, password, schema
	return config.FormatDSN(), nil
}
