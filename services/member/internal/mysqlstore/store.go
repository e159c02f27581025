// Package mysqlstore keeps the domain's members, sessions, follows and keys in
// MySQL. It joins the transaction that the context carries.
package mysqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// VersionTable keeps which migrations were applied.
const VersionTable = "member_schema_version"

// AnswerTable keeps the answers of idempotent requests.
const AnswerTable = "member_idempotency_keys"

// statementIDs bounds the ids in one statement.
const statementIDs = 1000

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the schema of this service, for mysql.Migrate.
func Migrations() (fs.FS, error) { return fs.Sub(files, "migrations") }

// Store implements the ports of the domain.
type Store struct{ pool *mysql.Pool }

var (
	_ member.AccountStores     = (*Store)(nil)
	_ member.LoginStores       = (*Store)(nil)
	_ member.ProfileStores     = (*Store)(nil)
	_ member.FollowStores      = (*Store)(nil)
	_ member.DirectoryStores   = (*Store)(nil)
	_ member.RevocationLog     = (*Store)(nil)
	_ member.ImageRemovalStore = (*Store)(nil)
)

// New keeps the domain in pool's schema.
func New(pool *mysql.Pool) *Store { return &Store{pool: pool} }

// InTx implements member.Transactor.
func (s *Store) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	return s.pool.InTx(ctx, do)
}

// AfterCommit implements member.Transactor.
func (s *Store) AfterCommit(ctx context.Context, hook func()) error {
	return s.pool.AfterCommit(ctx, hook)
}

// one runs a query that finds at most one row.
func one[R any](ctx context.Context, s *Store, what, query string, args ...any) (R, error) {
	var rows []R
	var none R
	if err := s.pool.DB(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return none, fmt.Errorf("find %s: %w", what, err)
	}
	if len(rows) == 0 {
		return none, fmt.Errorf("find %s: %w", what, member.ErrAbsent)
	}
	return rows[0], nil
}

// change runs a statement that changes rows, and returns how many it found.
func (s *Store) change(ctx context.Context, what, statement string, args ...any) (int64, error) {
	changed := s.pool.DB(ctx).Exec(statement, args...)
	if changed.Error != nil {
		return 0, fmt.Errorf("%s: %w", what, changed.Error)
	}
	return changed.RowsAffected, nil
}

// insert runs one INSERT; a violation of the unique index is member.ErrPresent,
// without the driver's text, which quotes the value.
func (s *Store) insert(ctx context.Context, what, unique, statement string, args ...any) (int64, error) {
	id, err := s.pool.Insert(ctx, statement, args...)
	if mysql.IsDuplicate(err, unique) {
		return 0, fmt.Errorf("%s: %w", what, member.ErrPresent)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return id, nil
}
