package mysqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

const uniqueHandle = "uq_member_profiles_handle"

// AddProfile implements member.ProfileStore.
func (s *Store) AddProfile(ctx context.Context, profile member.Profile) (member.ProfileID, error) {
	r := fromProfile(profile)
	id, err := s.insert(ctx, fmt.Sprintf("add profile of member %d", r.MemberID), uniqueHandle,
		`INSERT INTO member_profiles (member_id, member_name, handle, display_name, bio, location, website_url, birth_date, gender,
		   timezone, language_code, country_code, verification_status, privacy_level, is_active, version, created_at, updated_at)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.MemberID, r.MemberName, r.Handle, r.DisplayName, r.Bio, r.Location, r.WebsiteURL, r.BirthDate, r.Gender,
		r.Timezone, r.LanguageCode, r.CountryCode, r.VerificationStatus, r.PrivacyLevel, r.IsActive, r.Version, r.CreatedAt, r.UpdatedAt)
	if err != nil {
		return 0, err
	}
	return member.ProfileID(id), s.setAvatar(ctx, id, r.AvatarURL, r.CreatedAt)
}

// LockProfile implements member.ProfileStore. Pictures change only with their
// profile's lock, so they are read after it.
func (s *Store) LockProfile(ctx context.Context, id member.MemberID) (member.Profile, error) {
	what := fmt.Sprintf("profile of member %d", id)
	if _, err := one[int64](ctx, s, what, "SELECT id FROM member_profiles WHERE member_id = ?"+forUpdate, id); err != nil {
		return member.Profile{}, err
	}
	r, err := one[profileRow](ctx, s, what, "SELECT "+profileColumns+profileTables+" WHERE p.member_id = ?", id)
	return toProfile(r), err
}

// UpdateProfile implements member.ProfileStore.
func (s *Store) UpdateProfile(ctx context.Context, profile member.Profile) error {
	r := fromProfile(profile)
	what := fmt.Sprintf("update profile %d", r.ID)
	_, err := s.change(ctx, what,
		`UPDATE member_profiles SET member_name = ?, handle = ?, display_name = ?, bio = ?, location = ?, website_url = ?, birth_date = ?,
		   gender = ?, timezone = ?, language_code = ?, country_code = ?, verification_status = ?, privacy_level = ?, is_active = ?,
		   version = ?, updated_at = ? WHERE id = ?`,
		r.MemberName, r.Handle, r.DisplayName, r.Bio, r.Location, r.WebsiteURL, r.BirthDate,
		r.Gender, r.Timezone, r.LanguageCode, r.CountryCode, r.VerificationStatus, r.PrivacyLevel, r.IsActive,
		r.Version, r.UpdatedAt, r.ID)
	if mysql.IsDuplicate(err, uniqueHandle) {
		return fmt.Errorf("%s: %w", what, member.ErrPresent)
	}
	if err != nil {
		return err
	}
	return s.setAvatar(ctx, r.ID, r.AvatarURL, r.UpdatedAt)
}

// setAvatar makes url the profile's picture; "" is none.
func (s *Store) setAvatar(ctx context.Context, profileID int64, url string, at time.Time) error {
	what := fmt.Sprintf("set picture of profile %d", profileID)
	if url == "" {
		_, err := s.change(ctx, what, "DELETE FROM member_profile_images WHERE profile_id = ? AND image_type = 'AVATAR'", profileID)
		return err
	}
	imageID := imageIDOf(url)
	_, err := s.change(ctx, what,
		`INSERT INTO member_profile_images (profile_id, image_type, image_category, image_url, image_id, created_at, updated_at)
		 VALUES (?, 'AVATAR', 'PROFILE', ?, ?, ?, ?)
		 ON DUPLICATE KEY UPDATE image_url = ?, image_id = ?, updated_at = ?`,
		profileID, url, imageID, at, at, url, imageID, at)
	return err
}

// RemoveProfile implements member.ProfileStore.
func (s *Store) RemoveProfile(ctx context.Context, profile member.Profile) error {
	what := fmt.Sprintf("remove profile %d", profile.ID)
	if _, err := s.change(ctx, what, "DELETE FROM member_profile_images WHERE profile_id = ?", profile.ID); err != nil {
		return err
	}
	_, err := s.change(ctx, what, "DELETE FROM member_profiles WHERE id = ?", profile.ID)
	return err
}

// AddImageRemovals implements member.ProfileStore.
func (s *Store) AddImageRemovals(ctx context.Context, id member.MemberID, urls []string, at time.Time) error {
	values := make([]string, len(urls))
	args := make([]any, 0, 5*len(urls))
	for i, url := range urls {
		values[i] = "(?, ?, ?, ?, ?)"
		args = append(args, id, url, at, at, at)
	}
	_, err := s.change(ctx, fmt.Sprintf("add image removals of member %d", id),
		"INSERT INTO member_image_removals (member_id, image_url, next_attempt_at, created_at, updated_at) VALUES "+strings.Join(values, ", "), args...)
	return err
}
