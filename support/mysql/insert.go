package mysql

import (
	"context"
	"fmt"
)

// Insert runs one INSERT in the transaction of ctx, else on the pool, and
// returns the auto-increment id of its first row. Its error keeps the
// driver's, so that IsDuplicate and its like can tell what it was.
func (p *Pool) Insert(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := p.DB(ctx).Statement.ConnPool.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, fmt.Errorf("insert: %w", err)
	}
	id, err := result.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("read inserted id: %w", err)
	}
	return id, nil
}
