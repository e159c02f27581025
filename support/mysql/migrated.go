package mysql

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// ErrNotMigrated is a schema that is older than the program.
var ErrNotMigrated = errors.New("mysql: schema is not migrated")

// Migrated fails where the newest of migrations has not been applied, with
// ErrNotMigrated, or where that cannot be told. It changes nothing and needs
// the right to read versionTable only: for a service that waits for its schema.
func (p *Pool) Migrated(ctx context.Context, migrations fs.FS, versionTable string) error {
	newest, err := newestVersion(migrations)
	if err != nil {
		return err
	}
	var applied int64
	find := "SELECT COALESCE(MAX(version_id), 0) FROM " + versionTable + " WHERE is_applied = 1"
	if err := p.DB(ctx).Raw(find).Scan(&applied).Error; err != nil {
		if number(err) == errNoSuchTable {
			return fmt.Errorf("%w: no table %s", ErrNotMigrated, versionTable)
		}
		return fmt.Errorf("read version of schema: %w", err)
	}
	if applied < newest {
		return fmt.Errorf("%w: at version %d of %d (%s)", ErrNotMigrated, applied, newest, versionTable)
	}
	return nil
}

func newestVersion(migrations fs.FS) (newest int64, err error) {
	files, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return 0, fmt.Errorf("read version of %s: %w", file, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}
