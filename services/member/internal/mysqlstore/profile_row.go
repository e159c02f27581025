package mysqlstore

import (
	"regexp"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// profileColumns are those of profileRow; a and c are the picture tables.
const profileColumns = `p.id, p.member_id, p.member_name, p.handle, p.display_name, p.bio, p.location, p.website_url, p.birth_date,
	p.gender, p.timezone, p.language_code, p.country_code, p.verification_status, p.privacy_level, p.is_active,
	p.followers_count, p.followings_count, p.version, p.created_at, p.updated_at,
	COALESCE(a.image_url, '') AS avatar_url, COALESCE(c.image_url, '') AS cover_url`

const profileTables = ` FROM member_profiles p
	LEFT JOIN member_profile_images a ON a.profile_id = p.id AND a.image_type = 'AVATAR'
	LEFT JOIN member_profile_images c ON c.profile_id = p.id AND c.image_type = 'COVER'`

type profileRow struct {
	ID                 int64
	MemberID           int64
	MemberName         string
	Handle             string
	DisplayName        string
	Bio                string
	Location           string
	WebsiteURL         string `gorm:"column:website_url"`
	BirthDate          *time.Time
	Gender             string
	Timezone           string
	LanguageCode       string
	CountryCode        string
	VerificationStatus string
	PrivacyLevel       string
	IsActive           bool
	FollowersCount     int64
	FollowingsCount    int64
	Version            int64
	CreatedAt          time.Time
	UpdatedAt          time.Time
	AvatarURL          string `gorm:"column:avatar_url"`
	CoverURL           string `gorm:"column:cover_url"`
}

func toProfile(r profileRow) member.Profile {
	p := member.Profile{
		ID:              member.ProfileID(r.ID),
		MemberID:        member.MemberID(r.MemberID),
		MemberName:      r.MemberName,
		Handle:          r.Handle,
		DisplayName:     r.DisplayName,
		Bio:             r.Bio,
		Location:        r.Location,
		WebsiteURL:      r.WebsiteURL,
		Gender:          member.Gender(r.Gender),
		Timezone:        r.Timezone,
		LanguageCode:    r.LanguageCode,
		CountryCode:     member.CountryCode(r.CountryCode),
		Verification:    member.Verification(r.VerificationStatus),
		PrivacyLevel:    member.PrivacyLevel(r.PrivacyLevel),
		Active:          r.IsActive,
		FollowersCount:  r.FollowersCount,
		FollowingsCount: r.FollowingsCount,
		Version:         r.Version,
		CreatedAt:       r.CreatedAt,
		UpdatedAt:       r.UpdatedAt,
		AvatarURL:       r.AvatarURL,
		CoverURL:        r.CoverURL,
	}
	if r.BirthDate != nil {
		p.BirthDate = member.DateOf(*r.BirthDate)
	}
	return p
}

func fromProfile(p member.Profile) profileRow {
	r := profileRow{
		ID:                 int64(p.ID),
		MemberID:           int64(p.MemberID),
		MemberName:         p.MemberName,
		Handle:             p.Handle,
		DisplayName:        p.DisplayName,
		Bio:                p.Bio,
		Location:           p.Location,
		WebsiteURL:         p.WebsiteURL,
		Gender:             string(p.Gender),
		Timezone:           p.Timezone,
		LanguageCode:       p.LanguageCode,
		CountryCode:        string(p.CountryCode),
		VerificationStatus: string(p.Verification),
		PrivacyLevel:       string(p.PrivacyLevel),
		IsActive:           p.Active,
		FollowersCount:     p.FollowersCount,
		FollowingsCount:    p.FollowingsCount,
		Version:            p.Version,
		CreatedAt:          p.CreatedAt,
		UpdatedAt:          p.UpdatedAt,
		AvatarURL:          p.AvatarURL,
		CoverURL:           p.CoverURL,
	}
	if !p.BirthDate.IsZero() {
		day := p.BirthDate.Time()
		r.BirthDate = &day
	}
	return r
}

// relationColumns say how the viewer stands to p; f and b are joined by relationTables.
const relationColumns = ", f.id IS NOT NULL AS follows, b.id IS NOT NULL AS followed_by"

// relationTables take the viewer twice.
const relationTables = `
	LEFT JOIN member_follows f ON f.follower_id = ? AND f.following_id = p.member_id
	LEFT JOIN member_follows b ON b.follower_id = p.member_id AND b.following_id = ?`

type relationRow struct {
	Follows    bool
	FollowedBy bool
}

func toRelation(r relationRow, viewer, of member.MemberID) member.Relation {
	return member.Relation{Viewer: viewer, Self: viewer == of, Follows: r.Follows, FollowedBy: r.FollowedBy}
}

type summaryRow struct {
	ID                 int64
	MemberID           int64
	MemberName         string
	Handle             string
	DisplayName        string
	Bio                string
	VerificationStatus string
	PrivacyLevel       string
	FollowersCount     int64
	FollowingsCount    int64
	UpdatedAt          time.Time
	AvatarURL          string `gorm:"column:avatar_url"`
	Follows            bool
	FollowedBy         bool
}

func toSummary(r summaryRow, viewer member.MemberID) member.Summary {
	id := member.MemberID(r.MemberID)
	return member.Summary{
		MemberID:        id,
		ProfileID:       member.ProfileID(r.ID),
		MemberName:      r.MemberName,
		Handle:          r.Handle,
		DisplayName:     r.DisplayName,
		Bio:             r.Bio,
		Verification:    member.Verification(r.VerificationStatus),
		PrivacyLevel:    member.PrivacyLevel(r.PrivacyLevel),
		FollowersCount:  r.FollowersCount,
		FollowingsCount: r.FollowingsCount,
		UpdatedAt:       r.UpdatedAt,
		AvatarURL:       r.AvatarURL,
		Relation:        toRelation(relationRow{r.Follows, r.FollowedBy}, viewer, id),
	}
}

const imageIDForm = `[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`

var (
	imageID = regexp.MustCompile(`^` + imageIDForm + `$`)
	// ownImage is the form of the URLs of our own pictures: through any of our
	// hosts, or through the frontend's proxy.
	ownImage = regexp.MustCompile(`/images/view/(` + imageIDForm + `)/?(?:[?#].*)?$`)
)

// imageIDOf is the id by which image knows a picture; nil for a foreign one.
func imageIDOf(url string) *string {
	match := ownImage.FindStringSubmatch(url)
	if match == nil {
		return nil
	}
	id := strings.ToLower(match[1])
	return &id
}
