package member

import "time"

// Profile is what a member shows, as it is stored. Unset texts are empty.
type Profile struct {
	ID           ProfileID
	MemberID     MemberID
	MemberName   string
	Handle       string
	DisplayName  string
	Bio          string
	Location     string
	WebsiteURL   string
	BirthDate    Date
	Gender       Gender
	Timezone     string
	LanguageCode string
	CountryCode  CountryCode
	Verification Verification
	PrivacyLevel PrivacyLevel
	AvatarURL    string
	CoverURL     string
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	// FollowersCount and FollowingsCount equal the number of follows.
	FollowersCount  int64
	FollowingsCount int64
	// Version grows by one with each edit, in the order of commits.
	Version int64
}

// completionFields are the optional fields that count for CompletionScore:
// display name, bio, location, web site, birth date and picture.
const completionFields = 6

// CompletionScore is how much of the optional part of a profile is filled, from
// 0 to 100: the share of completionFields that are set, rounded down.
func (p Profile) CompletionScore() int {
	filled := 0
	for _, isSet := range [completionFields]bool{
		p.DisplayName != "", p.Bio != "", p.Location != "", p.WebsiteURL != "", !p.BirthDate.IsZero(), p.AvatarURL != "",
	} {
		if isSet {
			filled++
		}
	}
	return 100 * filled / completionFields
}

// Relation is how the one who looks stands to the member looked at. The zero
// value is a stranger.
type Relation struct {
	// Viewer is who looks; 0 where there is no caller.
	Viewer MemberID
	// Self is true where members look at themselves.
	Self bool
	// Follows says that the viewer follows the member.
	Follows bool
	// FollowedBy says that the member follows the viewer.
	FollowedBy bool
}

// Sees says whether the viewer may see the part of a profile that its level
// guards. Friends are two who follow each other.
func (r Relation) Sees(level PrivacyLevel) bool {
	switch level {
	case Public:
		return true
	case Friends:
		return r.Self || (r.Follows && r.FollowedBy)
	case Private:
		return r.Self
	}
	return r.Self
}

// HasFollowing says whether "do I follow this member" is a question at all: it
// is not where nobody looks, nor for oneself.
func (r Relation) HasFollowing() bool { return r.Viewer != 0 && !r.Self }

// ProfileView is a profile as one member may see it.
type ProfileView struct {
	Profile
	Relation
	// Full says that nothing is hidden; else everything but ids, names, handle,
	// picture, counters, verification, level, activity and CreatedAt is blank.
	Full bool
	// Email is the member's own address, for itself only.
	Email string
}

// viewProfile hides what relation may not see.
func viewProfile(p Profile, relation Relation) ProfileView {
	if relation.Sees(p.PrivacyLevel) {
		return ProfileView{Profile: p, Relation: relation, Full: true}
	}
	return ProfileView{Relation: relation, Profile: Profile{
		ID: p.ID, MemberID: p.MemberID, MemberName: p.MemberName, Handle: p.Handle, DisplayName: p.DisplayName,
		AvatarURL: p.AvatarURL, FollowersCount: p.FollowersCount, FollowingsCount: p.FollowingsCount,
		Verification: p.Verification, PrivacyLevel: p.PrivacyLevel, Active: p.Active, CreatedAt: p.CreatedAt,
	}}
}

// Summary is a member in a list.
type Summary struct {
	MemberID        MemberID
	ProfileID       ProfileID
	MemberName      string
	Handle          string
	DisplayName     string
	Verification    Verification
	AvatarURL       string
	Bio             string
	PrivacyLevel    PrivacyLevel
	FollowersCount  int64
	FollowingsCount int64
	// UpdatedAt is zero where it is hidden.
	UpdatedAt time.Time
	Relation  Relation
}

// masked hides the bio and the time of the last change from those who may not
// see them.
func (s Summary) masked() Summary {
	if !s.Relation.Sees(s.PrivacyLevel) {
		s.Bio, s.UpdatedAt = "", time.Time{}
	}
	return s
}
