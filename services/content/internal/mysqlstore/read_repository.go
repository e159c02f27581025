package mysqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

var _ content.ReadStore = (*Store)(nil)

// CountReads implements content.ReadStore. It remembers the views first: of two
// transactions with the same view the second waits for the first, and then
// finds it.
func (s *Store) CountReads(ctx context.Context, reads []content.PostRead, now time.Time) error {
	for chunk := range slices.Chunk(reads, statementIDs) {
		err := s.pool.InTx(ctx, func(ctx context.Context) error { return s.countReads(ctx, chunk, now) })
		if err != nil {
			return fmt.Errorf("count %d reads: %w", len(reads), err)
		}
	}
	return nil
}

func (s *Store) countReads(ctx context.Context, reads []content.PostRead, now time.Time) error {
	known, err := s.knownReads(ctx, reads)
	if err != nil {
		return err
	}
	views := map[content.PostID]int64{}
	var values []string
	var args []any
	for _, read := range reads {
		if known[read.EventID] {
			continue
		}
		known[read.EventID] = true
		views[read.PostID]++
		values = append(values, "(?, ?)")
		args = append(args, read.EventID[:], now)
	}
	if len(values) == 0 {
		return nil
	}
	insert := "INSERT INTO content_counted_reads (event_id, counted_at) VALUES " + strings.Join(values, ", ")
	if _, err := s.pool.Insert(ctx, insert, args...); err != nil { // a duplicate rolls back, and the next attempt knows it
		return err
	}
	return s.addViews(ctx, views)
}

func (s *Store) knownReads(ctx context.Context, reads []content.PostRead) (map[[16]byte]bool, error) {
	ids := make([][]byte, len(reads))
	for i := range reads {
		ids[i] = reads[i].EventID[:]
	}
	var found []struct{ EventID []byte }
	if err := s.pool.DB(ctx).Raw("SELECT event_id FROM content_counted_reads WHERE event_id IN ?", ids).Scan(&found).Error; err != nil {
		return nil, err
	}
	known := make(map[[16]byte]bool, len(reads))
	for _, f := range found {
		known[[16]byte(f.EventID)] = true
	}
	return known, nil
}

// addViews goes through the posts in one order, so that two batches queue
// instead of deadlocking.
func (s *Store) addViews(ctx context.Context, views map[content.PostID]int64) error {
	posts := make([]content.PostID, 0, len(views))
	for post := range views {
		posts = append(posts, post)
	}
	slices.Sort(posts)
	for _, post := range posts {
		err := s.pool.DB(ctx).Exec("UPDATE post_stats SET view_count = view_count + ? WHERE post_id = ?", views[post], post).Error
		if err != nil {
			return fmt.Errorf("add views of post %d: %w", post, err)
		}
	}
	return nil
}

// ForgetReads implements content.ReadStore.
func (s *Store) ForgetReads(ctx context.Context, before time.Time, limit int) (int64, error) {
	deleted := s.pool.DB(ctx).Exec("DELETE FROM content_counted_reads WHERE counted_at < ? ORDER BY counted_at LIMIT ?", before, limit)
	if deleted.Error != nil {
		return 0, fmt.Errorf("forget counted reads: %w", deleted.Error)
	}
	return deleted.RowsAffected, nil
}
