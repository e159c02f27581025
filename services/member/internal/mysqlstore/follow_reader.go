package mysqlstore

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

type followRow struct {
	ID       int64
	MemberID int64
}

func toFollowRef(r followRow) member.FollowRef {
	return member.FollowRef{ID: member.FollowID(r.ID), Member: member.MemberID(r.MemberID)}
}

// The two ends of a follow: whose list it is, and who is in it. Where a list is short
// MySQL would rather walk the primary key backwards, past the follows of everybody.
const (
	followersOf  = "SELECT l.id, l.follower_id AS member_id FROM member_follows l FORCE INDEX (ix_member_follows_followers) JOIN member_profiles p ON p.member_id = l.follower_id WHERE l.following_id = ? AND p.is_active"
	followingsOf = "SELECT l.id, l.following_id AS member_id FROM member_follows l FORCE INDEX (ix_member_follows_followings) JOIN member_profiles p ON p.member_id = l.following_id WHERE l.follower_id = ? AND p.is_active"
)

// FindFollowersPage implements member.FollowReader.
func (s *Store) FindFollowersPage(ctx context.Context, id member.MemberID, after member.FollowID, skip, limit int) ([]member.FollowRef, error) {
	return s.newestFollows(ctx, followersOf, id, after, skip, limit)
}

// FindFollowingsPage implements member.FollowReader.
func (s *Store) FindFollowingsPage(ctx context.Context, id member.MemberID, after member.FollowID, skip, limit int) ([]member.FollowRef, error) {
	return s.newestFollows(ctx, followingsOf, id, after, skip, limit)
}

// newestFollows reads (following_id, id) or (follower_id, id) backwards.
func (s *Store) newestFollows(ctx context.Context, query string, id member.MemberID, after member.FollowID, skip, limit int) ([]member.FollowRef, error) {
	if after == 0 {
		after = math.MaxInt64
	}
	return s.follows(ctx, query+" AND l.id < ? ORDER BY l.id DESC LIMIT ? OFFSET ?", id, after, limit, skip)
}

// FindFollowersAfter implements member.FollowReader.
func (s *Store) FindFollowersAfter(ctx context.Context, id member.MemberID, after member.FollowID, limit int) ([]member.FollowRef, error) {
	return s.follows(ctx, followersOf+" AND l.id > ? ORDER BY l.id LIMIT ?", id, after, limit)
}

// FindFollowingsAfter implements member.FollowReader.
func (s *Store) FindFollowingsAfter(ctx context.Context, id member.MemberID, after member.FollowID, limit int) ([]member.FollowRef, error) {
	return s.follows(ctx, followingsOf+" AND l.id > ? ORDER BY l.id LIMIT ?", id, after, limit)
}

func (s *Store) follows(ctx context.Context, query string, args ...any) ([]member.FollowRef, error) {
	var rows []followRow
	if err := s.pool.DB(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list follows: %w", err)
	}
	refs := make([]member.FollowRef, len(rows))
	for i, r := range rows {
		refs[i] = toFollowRef(r)
	}
	return refs, nil
}

type versionsRow struct {
	FollowingsVersion int64
	FollowersVersion  int64
}

func toVersions(r versionsRow) member.FollowVersions {
	return member.FollowVersions{Followings: r.FollowingsVersion, Followers: r.FollowersVersion}
}

// FindFollowVersions implements member.FollowReader.
func (s *Store) FindFollowVersions(ctx context.Context, id member.MemberID) (member.FollowVersions, error) {
	r, err := one[versionsRow](ctx, s, fmt.Sprintf("follow versions of member %d", id),
		"SELECT followings_version, followers_version FROM member_profiles WHERE member_id = ? AND is_active", id)
	return toVersions(r), err
}

type memberVersionRow struct {
	MemberID          int64
	FollowingsVersion int64
}

// FindFollowingsVersions returns the version of each member's set of
// followings; those who left are left out.
func (s *Store) FindFollowingsVersions(ctx context.Context, ids []member.MemberID) (map[member.MemberID]int64, error) {
	versions := make(map[member.MemberID]int64, len(ids))
	for chunk := range slices.Chunk(ids, statementIDs) {
		var rows []memberVersionRow
		err := s.pool.DB(ctx).Raw("SELECT member_id, followings_version FROM member_profiles WHERE member_id IN ?", chunk).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("find follow versions of %d members: %w", len(ids), err)
		}
		for _, r := range rows {
			versions[member.MemberID(r.MemberID)] = r.FollowingsVersion
		}
	}
	return versions, nil
}

type newcomerRow struct {
	ID        int64
	MemberID  int64
	CreatedAt time.Time
}

func toNewcomer(r newcomerRow) member.Newcomer {
	return member.Newcomer{Member: member.MemberID(r.MemberID), Profile: member.ProfileID(r.ID), CreatedAt: r.CreatedAt}
}

const newcomers = ` FROM member_profiles p
	WHERE p.is_active = TRUE AND p.member_id <> ?
	  AND NOT EXISTS (SELECT 1 FROM member_follows f WHERE f.follower_id = ? AND f.following_id = p.member_id)`

// FindNewcomers implements member.FollowReader: it reads (is_active,
// created_at, id) backwards and looks each member up in the viewer's follows.
func (s *Store) FindNewcomers(ctx context.Context, viewer member.MemberID, after *member.Newcomer, skip, limit int) ([]member.Newcomer, error) {
	query := "SELECT p.id, p.member_id, p.created_at" + newcomers
	args := []any{viewer, viewer}
	if after != nil {
		query += " AND p.created_at <= ? AND (p.created_at < ? OR p.id < ?)"
		args = append(args, after.CreatedAt, after.CreatedAt, after.Profile)
	}
	var rows []newcomerRow
	err := s.pool.DB(ctx).Raw(query+" ORDER BY p.created_at DESC, p.id DESC LIMIT ? OFFSET ?", append(args, limit, skip)...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list newcomers: %w", err)
	}
	found := make([]member.Newcomer, len(rows))
	for i, r := range rows {
		found[i] = toNewcomer(r)
	}
	return found, nil
}

// CountNewcomers implements member.FollowReader. All active members are
// counted in the index; the few whom viewer follows are taken off.
func (s *Store) CountNewcomers(ctx context.Context, viewer member.MemberID) (int64, error) {
	var total int64
	err := s.pool.DB(ctx).Raw(
		`SELECT (SELECT COUNT(*) FROM member_profiles WHERE is_active = TRUE)
		      - (SELECT COUNT(*) FROM member_profiles WHERE member_id = ? AND is_active = TRUE)
		      - (SELECT COUNT(*) FROM member_follows l JOIN member_profiles p ON p.member_id = l.following_id
		          WHERE l.follower_id = ? AND p.is_active = TRUE)`, viewer, viewer).Scan(&total).Error
	if err != nil {
		return 0, fmt.Errorf("count newcomers: %w", err)
	}
	return total, nil
}
