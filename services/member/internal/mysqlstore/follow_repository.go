package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

func pair(follower, target member.MemberID) string {
	return fmt.Sprintf("follow of member %d by %d", target, follower)
}

// AddFollow implements member.FollowStore. It inserts first: the unique key
// makes it wait for an end of the same follow, whose version it can then read.
func (s *Store) AddFollow(ctx context.Context, follower, target member.MemberID, at time.Time) (int64, error) {
	_, err := s.insert(ctx, "add "+pair(follower, target), "uq_member_follows",
		"INSERT INTO member_follows (follower_id, following_id, created_at, updated_at) VALUES (?, ?, ?, ?)", follower, target, at, at)
	if err != nil {
		return 0, err
	}
	ended, err := s.cancelVersion(ctx, follower, target)
	return ended + 1, err
}

// RemoveFollow implements member.FollowStore.
func (s *Store) RemoveFollow(ctx context.Context, follower, target member.MemberID) (int64, error) {
	what := "remove " + pair(follower, target)
	removed, err := s.change(ctx, what, "DELETE FROM member_follows WHERE follower_id = ? AND following_id = ?", follower, target)
	if err != nil {
		return 0, err
	}
	if removed == 0 {
		return 0, fmt.Errorf("%s: %w", what, member.ErrAbsent)
	}
	_, err = s.change(ctx, what,
		"INSERT INTO member_follow_cancels (follower_id, following_id, version) VALUES (?, ?, 2) ON DUPLICATE KEY UPDATE version = version + 2",
		follower, target)
	if err != nil {
		return 0, err
	}
	return s.cancelVersion(ctx, follower, target)
}

func (s *Store) cancelVersion(ctx context.Context, follower, target member.MemberID) (int64, error) {
	var version int64
	err := s.pool.DB(ctx).Raw("SELECT version FROM member_follow_cancels WHERE follower_id = ? AND following_id = ?", follower, target).
		Scan(&version).Error
	if err != nil {
		return 0, fmt.Errorf("find version of %s: %w", pair(follower, target), err)
	}
	return version, nil
}

// CountFollow implements member.FollowStore.
func (s *Store) CountFollow(ctx context.Context, follower, target member.MemberID, delta, most int) error {
	count := func(id member.MemberID) error {
		if id == follower {
			return s.countFollowing(ctx, follower, delta, most)
		}
		return s.countFollower(ctx, target, delta)
	}
	if err := count(min(follower, target)); err != nil {
		return err
	}
	return count(max(follower, target))
}

func (s *Store) countFollower(ctx context.Context, id member.MemberID, delta int) error {
	what := fmt.Sprintf("count followers of member %d", id)
	changed, err := s.change(ctx, what,
		"UPDATE member_profiles SET followers_count = followers_count + ?, followers_version = followers_version + 1 WHERE member_id = ? AND is_active",
		delta, id)
	if err == nil && changed == 0 {
		return fmt.Errorf("%s: %w", what, member.ErrAbsent)
	}
	return err
}

func (s *Store) countFollowing(ctx context.Context, id member.MemberID, delta, most int) error {
	what := fmt.Sprintf("count followings of member %d", id)
	changed, err := s.change(ctx, what,
		`UPDATE member_profiles SET followings_count = followings_count + ?, followings_version = followings_version + 1
		  WHERE member_id = ? AND is_active AND followings_count + ? <= ?`, delta, id, delta, most)
	if err != nil || changed > 0 {
		return err
	}
	exists, err := s.IsMember(ctx, id)
	if err != nil {
		return err
	}
	if exists {
		return fmt.Errorf("%s: %w", what, member.ErrFull)
	}
	return fmt.Errorf("%s: %w", what, member.ErrAbsent)
}
