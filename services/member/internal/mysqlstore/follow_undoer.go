package mysqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// FindFollowings implements member.FollowUndoer.
func (s *Store) FindFollowings(ctx context.Context, id member.MemberID) ([]member.MemberID, error) {
	return s.memberIDs(ctx, "list followings", "SELECT following_id FROM member_follows WHERE follower_id = ?", id)
}

// FindFollowers implements member.FollowUndoer.
func (s *Store) FindFollowers(ctx context.Context, id member.MemberID, limit int) ([]member.MemberID, error) {
	return s.memberIDs(ctx, "list followers", "SELECT follower_id FROM member_follows WHERE following_id = ? ORDER BY id LIMIT ?", id, limit)
}

func (s *Store) memberIDs(ctx context.Context, what, query string, args ...any) ([]member.MemberID, error) {
	var ids []member.MemberID
	if err := s.pool.DB(ctx).Raw(query, args...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return ids, nil
}

// LockProfiles implements member.FollowUndoer.
func (s *Store) LockProfiles(ctx context.Context, ids []member.MemberID) error {
	for chunk := range slices.Chunk(ids, statementIDs) {
		_, err := s.memberIDs(ctx, "lock profiles",
			"SELECT member_id FROM member_profiles FORCE INDEX (uq_member_profiles_member) WHERE member_id IN ? ORDER BY member_id"+forUpdate, chunk)
		if err != nil {
			return err
		}
	}
	return nil
}

// DropFollowings implements member.FollowUndoer.
func (s *Store) DropFollowings(ctx context.Context, id member.MemberID, targets []member.MemberID) (map[member.MemberID]int64, error) {
	versions := make(map[member.MemberID]int64, len(targets))
	for chunk := range slices.Chunk(targets, statementIDs) {
		if err := s.dropFollowings(ctx, id, chunk, versions); err != nil {
			return nil, fmt.Errorf("drop followings of member %d: %w", id, err)
		}
	}
	return versions, nil
}

type versionRow struct {
	FollowingID int64
	Version     int64
}

func (s *Store) dropFollowings(ctx context.Context, id member.MemberID, targets []member.MemberID, versions map[member.MemberID]int64) error {
	db := s.pool.DB(ctx)
	if err := db.Exec("DELETE FROM member_follows WHERE follower_id = ? AND following_id IN ?", id, targets).Error; err != nil {
		return err
	}
	err := s.pool.DB(ctx).Exec(
		"UPDATE member_profiles SET followers_count = followers_count - 1, followers_version = followers_version + 1 WHERE member_id IN ?", targets).Error
	if err != nil {
		return err
	}
	values := make([]string, len(targets))
	args := make([]any, 0, 2*len(targets))
	for i, target := range targets {
		values[i] = "(?, ?, 2)"
		args = append(args, id, target)
	}
	err = s.pool.DB(ctx).Exec("INSERT INTO member_follow_cancels (follower_id, following_id, version) VALUES "+strings.Join(values, ", ")+
		" ON DUPLICATE KEY UPDATE version = version + 2", args...).Error
	if err != nil {
		return err
	}
	var rows []versionRow
	err = s.pool.DB(ctx).Raw("SELECT following_id, version FROM member_follow_cancels WHERE follower_id = ? AND following_id IN ?", id, targets).Scan(&rows).Error
	for _, r := range rows {
		versions[member.MemberID(r.FollowingID)] = r.Version
	}
	return err
}

// DropFollowers implements member.FollowUndoer.
func (s *Store) DropFollowers(ctx context.Context, id member.MemberID, followers []member.MemberID) error {
	for chunk := range slices.Chunk(followers, statementIDs) {
		what := fmt.Sprintf("drop followers of member %d", id)
		if _, err := s.change(ctx, what, "DELETE FROM member_follows WHERE following_id = ? AND follower_id IN ?", id, chunk); err != nil {
			return err
		}
		_, err := s.change(ctx, what,
			"UPDATE member_profiles SET followings_count = followings_count - 1, followings_version = followings_version + 1 WHERE member_id IN ?", chunk)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddFollowerPurge implements member.FollowUndoer.
func (s *Store) AddFollowerPurge(ctx context.Context, id member.MemberID, at time.Time) error {
	_, err := s.change(ctx, fmt.Sprintf("note purge of followers of member %d", id),
		"INSERT INTO member_follower_purges (member_id, created_at) VALUES (?, ?)", id, at)
	return err
}

// ClaimFollowerPurge implements member.FollowUndoer.
func (s *Store) ClaimFollowerPurge(ctx context.Context) (member.MemberID, error) {
	return one[member.MemberID](ctx, s, "followers to purge",
		"SELECT member_id FROM member_follower_purges ORDER BY member_id LIMIT 1"+forUpdate+" SKIP LOCKED")
}

// RemoveFollowerPurge implements member.FollowUndoer.
func (s *Store) RemoveFollowerPurge(ctx context.Context, id member.MemberID) error {
	_, err := s.change(ctx, fmt.Sprintf("forget purge of followers of member %d", id),
		"DELETE FROM member_follower_purges WHERE member_id = ?", id)
	return err
}
