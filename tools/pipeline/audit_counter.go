package pipeline

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// counter is a number that is kept beside the rows it counts. Both change in one
// transaction, so one statement sees them agree at any time.
type counter struct {
	name, table, key, column string
	// live leaves out rows whose counters are of no meaning any more.
	live string
	// count is what the column must be, of the row c.
	count string
}

var counters = []counter{
	{"post_stats.like_count", "post_stats", "post_id", "like_count", "NOT c.is_deleted", "(SELECT COUNT(*) FROM post_likes x WHERE x.post_id = c.post_id)"},
	{"post_stats.comment_count", "post_stats", "post_id", "comment_count", "NOT c.is_deleted", "(SELECT COUNT(*) FROM comments x WHERE x.post_id = c.post_id AND NOT x.is_deleted)"},
	{"comments.like_count", "comments", "id", "like_count", "NOT c.is_deleted", "(SELECT COUNT(*) FROM comment_likes x WHERE x.comment_id = c.id)"},
	{"comments.reply_count", "comments", "id", "reply_count", "NOT c.is_deleted", "(SELECT COUNT(*) FROM comments x WHERE x.parent_id = c.id AND NOT x.is_deleted)"},
	{"member_profiles.followers_count", "member_profiles", "member_id", "followers_count", "c.is_active", "(SELECT COUNT(*) FROM member_follows x WHERE x.following_id = c.member_id)"},
	{"member_profiles.followings_count", "member_profiles", "member_id", "followings_count", "c.is_active", "(SELECT COUNT(*) FROM member_follows x WHERE x.follower_id = c.member_id)"},
}

// auditCounters compares counters with the rows that they count.
func (a *auditing) auditCounters(ctx context.Context) error {
	pool, err := a.stores.sql()
	if err != nil {
		return err
	}
	for _, c := range counters {
		compared := Comparison{Name: c.name, Examples: []string{}}
		if err := pool.DB(ctx).Raw("SELECT COUNT(*) FROM " + c.table + " c WHERE " + c.live).Scan(&compared.Looked).Error; err != nil {
			return fmt.Errorf("count %s: %w", c.table, err)
		}
		var wrong []struct{ ID, Has, Should int64 }
		query := fmt.Sprintf("SELECT * FROM (SELECT c.%s AS id, c.%s AS has, %s AS should FROM %s c WHERE %s) d WHERE has <> should LIMIT %d",
			c.key, c.column, c.count, c.table, c.live, everything)
		if err := pool.DB(ctx).Raw(query).Scan(&wrong).Error; err != nil {
			return fmt.Errorf("compare %s: %w", c.name, err)
		}
		for _, w := range wrong {
			compared.differs("%d: %d, should be %d", w.ID, w.Has, w.Should)
			if !a.options.Repair {
				continue
			}
			if err := c.repair(ctx, pool, w.ID); err != nil {
				return err
			}
			compared.Repaired++
		}
		a.result.Checks = append(a.result.Checks, compared)
	}
	return nil
}

// repair counts anew under the row's lock, which every writer takes before it
// commits a change of what is counted.
func (c counter) repair(ctx context.Context, pool *mysql.Pool, id int64) error {
	err := pool.InTx(ctx, func(ctx context.Context) error {
		var locked int64
		if err := pool.DB(ctx).Raw(fmt.Sprintf("SELECT %s FROM %s WHERE %s = ? FOR UPDATE", c.key, c.table, c.key), id).Scan(&locked).Error; err != nil {
			return err
		}
		var should int64
		if err := pool.DB(ctx).Raw(fmt.Sprintf("SELECT %s FROM %s c WHERE c.%s = ?", c.count, c.table, c.key), id).Scan(&should).Error; err != nil {
			return err
		}
		return pool.DB(ctx).Exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ?", c.table, c.column, c.key), should, id).Error
	})
	if err != nil {
		return fmt.Errorf("repair %s of %d: %w", c.name, id, err)
	}
	return nil
}
