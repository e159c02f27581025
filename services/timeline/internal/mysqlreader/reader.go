// Package mysqlreader reads posts, comments and likes from the tables that
// content writes, with a MySQL user that may do nothing else.
//
// Every list has one shape: an inner query walks one index in the order of the
// list and yields the ids of the page, so that what lies before an offset costs
// index entries and no rows; the outer one joins the rows of these ids. The
// order is forced, because the page is known to be short and the optimizer
// does not know it. Rows come back in any order and are put in that of the list
// here: sorting a page costs less than convincing the server that it is sorted.
package mysqlreader

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// Reader implements timeline.PostStore, timeline.CommentStore,
// timeline.HomeIndex and timeline.LikeLister.
type Reader struct {
	pool *mysql.Pool
	now  timeline.Clock
}

var (
	_ timeline.PostStore    = (*Reader)(nil)
	_ timeline.CommentStore = (*Reader)(nil)
	_ timeline.HomeIndex    = (*Reader)(nil)
	_ timeline.LikeLister   = (*Reader)(nil)
)

// New reads from pool's schema. now is where ListNewest begins to look back.
func New(pool *mysql.Pool, now timeline.Clock) *Reader { return &Reader{pool: pool, now: now} }

// Tables are what a Reader reads: what its MySQL user must be granted SELECT on.
func Tables() []string {
	return []string{"posts", "post_stats", "comments", "post_likes", "comment_likes"}
}

// statement is SQL with its arguments, put together piece by piece.
type statement struct {
	text string
	args []any
}

func (s *statement) add(text string, args ...any) {
	s.text += " " + text
	s.args = append(s.args, args...)
}

// collect runs a statement and reads each row into a new R.
func collect[R any](ctx context.Context, r *Reader, s statement, columns func(*R) []any) ([]R, error) {
	rows, err := r.pool.DB(ctx).Raw(s.text, s.args...).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	var found []R
	for rows.Next() {
		var row R
		if err := rows.Scan(columns(&row)...); err != nil {
			return nil, fmt.Errorf("scan row: %w", err)
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

// one is collect for at most one row; without one it is sql.ErrNoRows.
func one[R any](ctx context.Context, r *Reader, s statement, columns func(*R) []any) (R, error) {
	found, err := collect(ctx, r, s, columns)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var none R
		return none, err
	}
	return found[0], nil
}
