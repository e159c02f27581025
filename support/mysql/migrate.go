package mysql

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

const (
	// migrationLockWait is how long one replica waits for another that migrates.
	migrationLockWait = 10 * time.Minute
	// metadataLockWait bounds how long a DDL statement waits behind a long
	// transaction, and with it everything that queues behind the DDL.
	metadataLockWait = "30"
	unlockTimeout    = 5 * time.Second
	maxLockName      = 64 // of MySQL
)

// Migrate brings the schema of dsn to the newest version in migrations, whose
// root holds goose SQL files. versionTable keeps what was applied; owners share
// a schema and so have a table each. It is safe to run twice and by several
// replicas at once: a named lock of the server makes them take turns, for at
// most ten minutes. A schema that is newer than migrations is left alone. It
// returns the versions that it applied.
//
// DDL is not transactional here: a migration that fails half-way leaves its
// first half, and is not recorded.
func Migrate(ctx context.Context, dsn string, migrations fs.FS, versionTable string) (applied []int64, err error) {
	cfg, err := Config{DSN: dsn}.driverConfig()
	if err != nil {
		return nil, err
	}
	cfg.ReadTimeout = 0 // a change of a large table and the wait for the lock are silent for long; ctx bounds them
	setMissing(cfg, map[string]string{"lock_wait_timeout": metadataLockWait})
	db, err := openSQL(cfg, nil)
	if err != nil {
		return nil, err
	}
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
func lock(ctx context.Context, db *sql.DB, what string) (unlock func() error, err error) {
	name := lockName(what)
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
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTimeout)
		defer cancel()
		_, err := conn.ExecContext(ctx, "DO RELEASE_LOCK(?)", name)
		return errors.Join(err, conn.Close())
	}, nil
}

// lockName is what where that is not too long for a lock's name, else its digest.
func lockName(what string) string {
	if len(what) <= maxLockName {
		return what
	}
	digest := sha256.Sum256([]byte(what))
	return hex.EncodeToString(digest[:])
}
