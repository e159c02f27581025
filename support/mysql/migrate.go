package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

const migrationLockWait = 60 * time.Second

// Migrate brings the schema of dsn to the newest version in migrations, whose
// root holds goose SQL files. versionTable keeps what was applied; owners share
// a schema and so have a table each. It is safe to run twice and by several
// replicas at once: a named lock of the server makes them take turns, and
// waits at most a minute. It returns the versions that it applied.
func Migrate(ctx context.Context, dsn string, migrations fs.FS, versionTable string) (applied []int64, err error) {
	cfg, err := Config{DSN: dsn}.driverConfig()
	if err != nil {
		return nil, err
	}
	cfg.ReadTimeout = migrationLockWait + ioTimeout // the wait for the lock is silent
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("open mysql: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	unlock, err := lock(ctx, db, cfg.DBName+"."+versionTable)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return up(ctx, db, migrations, versionTable)
}

func up(ctx context.Context, db *sql.DB, migrations fs.FS, versionTable string) ([]int64, error) {
	store, err := database.NewStore(database.DialectMySQL, versionTable)
	if err != nil {
		return nil, fmt.Errorf("open version table %s: %w", versionTable, err)
	}
	provider, err := goose.NewProvider("", db, migrations, goose.WithStore(store))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate %s: %w", versionTable, err)
	}
	applied := make([]int64, 0, len(results))
	for _, r := range results {
		applied = append(applied, r.Source.Version)
	}
	return applied, nil
}

// lock takes a named lock on a connection of its own; closing that connection,
// also by dying, gives it up.
func lock(ctx context.Context, db *sql.DB, name string) (unlock func() error, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect for lock %s: %w", name, err)
	}
	var got sql.NullInt64
	err = conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", name, int(migrationLockWait.Seconds())).Scan(&got)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take lock %s: %w", name, err), conn.Close())
	}
	if got.Int64 != 1 {
		return nil, errors.Join(fmt.Errorf("take lock %s: held by another for over %s", name, migrationLockWait), conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK(?)", name)
		return errors.Join(err, conn.Close())
	}, nil
}
