package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

type imageRemovalRow struct {
	ID        int64
	MemberID  int64
	ImageURL  string `gorm:"column:image_url"`
	Attempts  int
	CreatedAt time.Time
}

func toImageRemoval(r imageRemovalRow) member.ImageRemoval {
	return member.ImageRemoval{ID: r.ID, Member: member.MemberID(r.MemberID), URL: r.ImageURL, Attempts: r.Attempts, CreatedAt: r.CreatedAt}
}

// ClaimImageRemovals implements member.ImageRemovalStore.
func (s *Store) ClaimImageRemovals(ctx context.Context, now, until time.Time, limit int) (claimed []member.ImageRemoval, err error) {
	err = s.pool.InTx(ctx, func(ctx context.Context) error {
		claimed = nil
		var rows []imageRemovalRow
		err := s.pool.DB(ctx).Raw(`SELECT id, member_id, image_url, attempts, created_at FROM member_image_removals
			WHERE next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ? FOR UPDATE SKIP LOCKED`, now, limit).Scan(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
			claimed = append(claimed, toImageRemoval(r))
		}
		return s.pool.DB(ctx).Exec("UPDATE member_image_removals SET next_attempt_at = ?, updated_at = ? WHERE id IN ?", until, now, ids).Error
	})
	if err != nil {
		return nil, fmt.Errorf("claim image removals: %w", err)
	}
	return claimed, nil
}

// FinishImageRemovals implements member.ImageRemovalStore.
func (s *Store) FinishImageRemovals(ctx context.Context, ids []int64) error {
	_, err := s.change(ctx, "finish image removals", "DELETE FROM member_image_removals WHERE id IN ?", ids)
	return err
}

// DelayImageRemovals implements member.ImageRemovalStore.
func (s *Store) DelayImageRemovals(ctx context.Context, ids []int64, now, until time.Time) error {
	_, err := s.change(ctx, "delay image removals",
		"UPDATE member_image_removals SET attempts = attempts + 1, next_attempt_at = ?, updated_at = ? WHERE id IN ?", until, now, ids)
	return err
}
