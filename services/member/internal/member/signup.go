package member

import (
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	defaultTimezone = "UTC"
	defaultLanguage = "en"
)

// SignUp is what a newcomer writes. An empty text is an absent one.
type SignUp struct {
	Email        string
	Password     string
	MemberName   string
	Handle       string
	DisplayName  string
	Bio          string
	Location     string
	WebsiteURL   string
	BirthDate    string
	Gender       string
	Timezone     string
	LanguageCode string
	CountryCode  string
	PrivacyLevel string
	AvatarURL    string
}

// Limits of texts at sign-up in characters (spec 04).
const (
	minName           = 2
	maxNameAtSignUp   = 30
	maxDisplayAtStart = 50
	maxBioAtStart     = 500
	maxLocation       = 100
	maxWebsiteAtStart = 200
)

// check records every rule that s breaks, and returns the profile that it asks
// for. Whether the handle is taken is not known here.
func (s SignUp) check(broken *apierr.Violations, rules PasswordRules, today Date) Profile {
	checkEmail(broken, s.Email)
	rules.check(broken, "password", s.Password, newEmail(s.Email))
	broken.Text("memberName", s.MemberName, apierr.TextRule{Required: true, Min: minName, Max: maxNameAtSignUp})
	addHandleViolation(broken, "handle", judgeHandle(s.Handle))
	profile := Profile{
		MemberName: s.MemberName, Handle: s.Handle, DisplayName: s.DisplayName, Bio: s.Bio, Location: s.Location,
		WebsiteURL: s.WebsiteURL, Timezone: defaultTimezone, LanguageCode: defaultLanguage,
		Verification: VerificationNone, PrivacyLevel: Public, Active: true, Version: 1,
	}
	profile.Gender = checkEnum(broken, "gender", s.Gender, Genders)
	profile.CountryCode = checkEnum(broken, "countryCode", s.CountryCode, CountryCodes)
	s.checkTexts(broken)
	s.checkOptional(broken, &profile, today)
	return profile
}

func (s SignUp) checkTexts(broken *apierr.Violations) {
	broken.Text("displayName", s.DisplayName, apierr.TextRule{Max: maxDisplayAtStart})
	broken.Text("bio", s.Bio, apierr.TextRule{Max: maxBioAtStart})
	broken.Text("location", s.Location, apierr.TextRule{Max: maxLocation})
	if s.WebsiteURL != "" {
		checkWebsite(broken, s.WebsiteURL, maxWebsiteAtStart)
	}
}

// checkOptional reads what has a default or needs parsing into profile.
func (s SignUp) checkOptional(broken *apierr.Violations, profile *Profile, today Date) {
	if s.BirthDate != "" {
		profile.BirthDate = checkBirthDate(broken, s.BirthDate, today)
	}
	if s.Timezone != "" {
		checkTimezone(broken, s.Timezone)
		profile.Timezone = s.Timezone
	}
	if s.LanguageCode != "" {
		checkLanguage(broken, s.LanguageCode)
		profile.LanguageCode = s.LanguageCode
	}
	if s.PrivacyLevel != "" {
		profile.PrivacyLevel = checkPrivacy(broken, s.PrivacyLevel)
	}
	if s.AvatarURL != "" && s.AvatarURL != NoImage {
		checkAvatar(broken, "avatarUrl", s.AvatarURL)
		profile.AvatarURL = s.AvatarURL
	}
}
