package evidence

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

func list(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return "(" + strings.Join(texts, ",") + ")"
}

func (c *Collector) readRows(ctx context.Context, members []int64, seen *ledger.Evidence) error {
	in := list(members)
	seen.Posts, seen.Comments, seen.Members = map[int64]ledger.PostRow{}, map[int64]ledger.CommentRow{}, map[int64]ledger.MemberRow{}
	seen.PostLikes, seen.CommentLikes, seen.Follows = map[ledger.Pair]bool{}, map[ledger.Pair]bool{}, map[ledger.Pair]bool{}
	posts := func(rows *sql.Rows) error {
		var id int64
		var p ledger.PostRow
		err := rows.Scan(&id, &p.Author, &p.Text, &p.Deleted, &p.Version, &p.CreatedAt, &p.Likes, &p.Comments)
		seen.Posts[id] = p
		return err
	}
	comments := func(rows *sql.Rows) error {
		var id int64
		var one ledger.CommentRow
		err := rows.Scan(&id, &one.Post, &one.Parent, &one.Author, &one.Text, &one.Deleted, &one.Version, &one.Likes, &one.Replies)
		seen.Comments[id] = one
		return err
	}
	counters := func(rows *sql.Rows) error {
		var id int64
		var m ledger.MemberRow
		err := rows.Scan(&id, &m.Followers, &m.Followings)
		seen.Members[id] = m
		return err
	}
	pairs := func(into map[ledger.Pair]bool) func(*sql.Rows) error {
		return func(rows *sql.Rows) error {
			var p ledger.Pair
			err := rows.Scan(&p.Member, &p.Of)
			into[p] = true
			return err
		}
	}
	return errors.Join(
		c.each(ctx, posts, "SELECT p.id, p.author_id, p.content, p.is_deleted, p.version, p.created_at, s.like_count, s.comment_count "+
			"FROM "+schema+".posts p JOIN "+schema+".post_stats s ON s.post_id = p.id WHERE p.author_id IN "+in),
		c.each(ctx, comments, "SELECT id, post_id, parent_id, author_id, content, is_deleted, version, like_count, reply_count "+
			"FROM "+schema+".comments WHERE author_id IN "+in),
		c.each(ctx, counters, "SELECT member_id, followers_count, followings_count FROM "+schema+".member_profiles WHERE member_id IN "+in),
		c.each(ctx, pairs(seen.PostLikes), "SELECT member_id, post_id FROM "+schema+".post_likes WHERE member_id IN "+in),
		c.each(ctx, pairs(seen.CommentLikes), "SELECT member_id, comment_id FROM "+schema+".comment_likes WHERE member_id IN "+in),
		c.each(ctx, pairs(seen.Follows), "SELECT follower_id, following_id FROM "+schema+".member_follows WHERE follower_id IN "+in),
	)
}

func (c *Collector) each(ctx context.Context, scan func(*sql.Rows) error, query string) (err error) {
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
	}
	return rows.Err()
}

// readLetters finds events that were given up. Those of other ledgers count as well:
// there should be none.
func (c *Collector) readLetters(ctx context.Context, seen *ledger.Evidence) error {
	for _, table := range letterTables {
		err := c.each(ctx, func(rows *sql.Rows) error {
			var key, cause string
			err := rows.Scan(&key, &cause)
			seen.Letters = append(seen.Letters, fmt.Sprintf("%s parked in %s: %s", key, table, cause))
			return err
		}, "SELECT message_key, last_error FROM "+schema+"."+table+" WHERE parked_at IS NOT NULL")
		if err != nil {
			return err
		}
	}
	return nil
}
