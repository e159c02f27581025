package member

import (
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// Gender is what a member says of itself.
type Gender string

// The genders.
const (
	Male           Gender = "MALE"
	Female         Gender = "FEMALE"
	OtherGender    Gender = "OTHER"
	PreferNotToSay Gender = "PREFER_NOT_TO_SAY"
)

// Genders are all of them.
var Genders = []Gender{Male, Female, OtherGender, PreferNotToSay}

// Verification says whether the service vouches for a member's identity.
type Verification string

// The states of verification.
const (
	VerificationNone    Verification = "NONE"
	VerificationPending Verification = "PENDING"
	Verified            Verification = "VERIFIED"
)

// PrivacyLevel says who sees more of a profile than its name.
type PrivacyLevel string

// The levels.
const (
	Public  PrivacyLevel = "PUBLIC"
	Friends PrivacyLevel = "FRIENDS"
	Private PrivacyLevel = "PRIVATE"
)

// PrivacyLevels are all of them.
var PrivacyLevels = []PrivacyLevel{Public, Friends, Private}

// friendsOnly is how some clients spell Friends.
const friendsOnly = "FRIENDS_ONLY"

// CountryCode is where a member lives.
type CountryCode string

// CountryCodes are all that are known.
var CountryCodes = []CountryCode{"KR", "US", "JP", "CN", "GB", "DE", "FR", "CA", "AU", "IN"}

// Status says whether an account is in use.
type Status string

// The states of an account.
const (
	StatusActive      Status = "ACTIVE"
	StatusDeactivated Status = "DEACTIVATED"
)

// Role is what a member may do beyond its own.
type Role string

// RoleMember is the role of everybody.
const RoleMember Role = "MEMBER"

// checkEnum reads an enum's text exactly and records a violation for any other.
func checkEnum[E ~string](broken *apierr.Violations, field, text string, known []E) E {
	if !slices.Contains(known, E(text)) {
		names := make([]string, len(known))
		for i, k := range known {
			names[i] = string(k)
		}
		all := strings.Join(names, ", ")
		broken.Add(field, all+" 중 하나여야 합니다", "must be one of "+all)
	}
	return E(text)
}

func checkPrivacy(broken *apierr.Violations, text string) PrivacyLevel {
	if text == friendsOnly {
		return Friends
	}
	return checkEnum(broken, "privacyLevel", text, PrivacyLevels)
}
