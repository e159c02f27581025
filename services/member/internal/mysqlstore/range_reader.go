package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

var _ member.RangeReader = (*Store)(nil)

// ProfilesBetween implements member.RangeReader. It walks an index of ids: the job runs
// once in a while, and must not miss a row.
func (s *Store) ProfilesBetween(ctx context.Context, from, to time.Time, after member.MemberID, limit int) ([]member.Profile, error) {
	var rows []profileRow
	err := s.pool.DB(ctx).Raw("SELECT "+profileColumns+profileTables+
		" WHERE p.member_id > ? AND p.created_at >= ? AND p.created_at < ? ORDER BY p.member_id LIMIT ?", after, from.UTC(), to.UTC(), limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list profiles between %s and %s: %w", from, to, err)
	}
	profiles := make([]member.Profile, len(rows))
	for i, r := range rows {
		profiles[i] = toProfile(r)
	}
	return profiles, nil
}

type standingFollowRow struct {
	ID          member.FollowID
	FollowerID  member.MemberID
	FollowingID member.MemberID
	Version     int64
	CreatedAt   time.Time
}

// FollowsBetween implements member.RangeReader. The version of a follow that stands is
// one more than that of the end before it.
func (s *Store) FollowsBetween(ctx context.Context, from, to time.Time, after member.FollowID, limit int) ([]member.Follow, error) {
	var rows []standingFollowRow
	err := s.pool.DB(ctx).Raw(
		`SELECT f.id, f.follower_id, f.following_id, COALESCE(c.version, 0) + 1 AS version, f.created_at
		   FROM member_follows f LEFT JOIN member_follow_cancels c ON c.follower_id = f.follower_id AND c.following_id = f.following_id
		  WHERE f.id > ? AND f.created_at >= ? AND f.created_at < ? ORDER BY f.id LIMIT ?`, after, from.UTC(), to.UTC(), limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list follows between %s and %s: %w", from, to, err)
	}
	follows := make([]member.Follow, len(rows))
	for i, r := range rows {
		follows[i] = toStandingFollow(r)
	}
	return follows, nil
}

func toStandingFollow(r standingFollowRow) member.Follow {
	return member.Follow{ID: r.ID, Fact: member.FollowFact{
		Following: true, Follower: r.FollowerID, Target: r.FollowingID, At: r.CreatedAt, Version: r.Version,
	}}
}
