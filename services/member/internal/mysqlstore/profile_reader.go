package mysqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

type profileWithRelation struct {
	Profile  profileRow  `gorm:"embedded"`
	Relation relationRow `gorm:"embedded"`
}

// FindProfile implements member.ProfileReader.
func (s *Store) FindProfile(ctx context.Context, viewer, id member.MemberID) (member.Profile, member.Relation, error) {
	return s.findProfile(ctx, fmt.Sprintf("profile of member %d", id), viewer, "p.member_id = ?", id)
}

// FindProfileByHandle implements member.ProfileReader.
func (s *Store) FindProfileByHandle(ctx context.Context, viewer member.MemberID, handle string) (member.Profile, member.Relation, error) {
	return s.findProfile(ctx, "profile by handle", viewer, "p.handle = ?", handle)
}

func (s *Store) findProfile(ctx context.Context, what string, viewer member.MemberID, where string, arg any) (member.Profile, member.Relation, error) {
	r, err := one[profileWithRelation](ctx, s, what,
		"SELECT "+profileColumns+relationColumns+profileTables+relationTables+" WHERE "+where+" AND p.is_active", viewer, viewer, arg)
	if err != nil {
		return member.Profile{}, member.Relation{}, err
	}
	profile := toProfile(r.Profile)
	return profile, toRelation(r.Relation, viewer, profile.MemberID), nil
}

// HandleTaken implements member.ProfileReader.
func (s *Store) HandleTaken(ctx context.Context, handle string) (bool, error) {
	return s.exists(ctx, "handle", "SELECT EXISTS (SELECT 1 FROM member_profiles WHERE handle = ?)", handle)
}

// IsMember implements member.FollowStore.
func (s *Store) IsMember(ctx context.Context, id member.MemberID) (bool, error) {
	return s.exists(ctx, "member", "SELECT EXISTS (SELECT 1 FROM member_profiles WHERE member_id = ? AND is_active)", id)
}

func (s *Store) exists(ctx context.Context, what, query string, args ...any) (bool, error) {
	var found bool
	if err := s.pool.DB(ctx).Raw(query, args...).Scan(&found).Error; err != nil {
		return false, fmt.Errorf("look for %s: %w", what, err)
	}
	return found, nil
}

const summaryQuery = `SELECT p.id, p.member_id, p.member_name, p.handle, p.display_name, p.bio, p.verification_status, p.privacy_level,
	  p.followers_count, p.followings_count, p.updated_at, COALESCE(a.image_url, '') AS avatar_url` + relationColumns + `
	FROM member_profiles p
	LEFT JOIN member_profile_images a ON a.profile_id = p.id AND a.image_type = 'AVATAR'` + relationTables + `
	WHERE p.member_id IN ? AND p.is_active`

// FindSummaries implements member.ProfileReader: one query for up to 1000 members.
func (s *Store) FindSummaries(ctx context.Context, viewer member.MemberID, ids []member.MemberID) ([]member.Summary, error) {
	found := make([]member.Summary, 0, len(ids))
	for chunk := range slices.Chunk(ids, statementIDs) {
		var rows []summaryRow
		if err := s.pool.DB(ctx).Raw(summaryQuery, viewer, viewer, chunk).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("find %d summaries: %w", len(ids), err)
		}
		for _, r := range rows {
			found = append(found, toSummary(r, viewer))
		}
	}
	return found, nil
}

// FindUsedImages returns which of these picture ids a profile shows.
func (s *Store) FindUsedImages(ctx context.Context, imageIDs []string) ([]string, error) {
	used, possible := []string{}, make([]string, 0, len(imageIDs))
	for _, id := range imageIDs {
		if imageID.MatchString(id) {
			possible = append(possible, strings.ToLower(id))
		}
	}
	for chunk := range slices.Chunk(possible, statementIDs) {
		var found []string
		err := s.pool.DB(ctx).Raw("SELECT DISTINCT image_id FROM member_profile_images WHERE image_id IN ?", chunk).Scan(&found).Error
		if err != nil {
			return nil, fmt.Errorf("find used pictures: %w", err)
		}
		used = append(used, found...)
	}
	return used, nil
}
