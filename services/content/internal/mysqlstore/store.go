// Package mysqlstore keeps the domain's posts, comments and likes in MySQL.
// It joins the transaction that the context carries.
package mysqlstore

import (
	"context"
	"embed"
	"io/fs"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// VersionTable keeps which migrations were applied.
const VersionTable = "content_schema_version"

// AnswerTable keeps the answers of idempotent requests.
const AnswerTable = "content_idempotency_keys"

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the schema of this service, for mysql.Migrate.
func Migrations() (fs.FS, error) { return fs.Sub(files, "migrations") }

// Store implements content.Store.
type Store struct{ pool *mysql.Pool }

var _ content.Store = (*Store)(nil)

// New keeps the domain in pool's schema.
func New(pool *mysql.Pool) *Store { return &Store{pool: pool} }

// InTx implements content.Transactor.
func (s *Store) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	return s.pool.InTx(ctx, do)
}
