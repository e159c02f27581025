package member

import (
	"strconv"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// ProfileEdit is what a member changes of its profile: nil leaves a field as it
// is. An empty text clears an optional text or date, and leaves an enum, the
// time zone and the language as they are.
type ProfileEdit struct {
	MemberName   *string
	DisplayName  *string
	Bio          *string
	Location     *string
	WebsiteURL   *string
	BirthDate    *string
	Gender       *string
	Timezone     *string
	LanguageCode *string
	CountryCode  *string
	PrivacyLevel *string
	AvatarURL    *string
	// PreviousAvatarURLs are pictures to delete once the edit is committed.
	PreviousAvatarURLs []string
}

// Limits of texts in an edit in characters (spec 04).
const (
	maxName            = 100
	maxDisplayName     = 100
	maxBio             = 1000
	maxWebsite         = 500
	maxPreviousAvatars = 100 // what image takes at once
)

// apply changes profile, and records every rule that e breaks.
func (e ProfileEdit) apply(broken *apierr.Violations, profile *Profile, today Date) {
	if e.MemberName != nil {
		broken.Text("memberName", *e.MemberName, apierr.TextRule{Required: true, Min: minName, Max: maxName})
		profile.MemberName = *e.MemberName
	}
	applyText(broken, "displayName", e.DisplayName, &profile.DisplayName, maxDisplayName)
	applyText(broken, "bio", e.Bio, &profile.Bio, maxBio)
	applyText(broken, "location", e.Location, &profile.Location, maxLocation)
	e.applyWebsite(broken, profile)
	e.applyBirthDate(broken, profile, today)
	e.applyEnums(broken, profile)
	e.applyLocale(broken, profile)
	e.applyAvatar(broken, profile)
}

func applyText(broken *apierr.Violations, field string, text *string, target *string, longest int) {
	if text == nil {
		return
	}
	broken.Text(field, *text, apierr.TextRule{Max: longest})
	*target = *text
}

func (e ProfileEdit) applyWebsite(broken *apierr.Violations, profile *Profile) {
	if e.WebsiteURL == nil {
		return
	}
	if *e.WebsiteURL != "" {
		checkWebsite(broken, *e.WebsiteURL, maxWebsite)
	}
	profile.WebsiteURL = *e.WebsiteURL
}

func (e ProfileEdit) applyBirthDate(broken *apierr.Violations, profile *Profile, today Date) {
	switch {
	case e.BirthDate == nil:
	case *e.BirthDate == "":
		profile.BirthDate = Date{}
	default:
		profile.BirthDate = checkBirthDate(broken, *e.BirthDate, today)
	}
}

func (e ProfileEdit) applyEnums(broken *apierr.Violations, profile *Profile) {
	if isGiven(e.Gender) {
		profile.Gender = checkEnum(broken, "gender", *e.Gender, Genders)
	}
	if isGiven(e.CountryCode) {
		profile.CountryCode = checkEnum(broken, "countryCode", *e.CountryCode, CountryCodes)
	}
	if isGiven(e.PrivacyLevel) {
		profile.PrivacyLevel = checkPrivacy(broken, *e.PrivacyLevel)
	}
}

func (e ProfileEdit) applyLocale(broken *apierr.Violations, profile *Profile) {
	if isGiven(e.Timezone) {
		checkTimezone(broken, *e.Timezone)
		profile.Timezone = *e.Timezone
	}
	if isGiven(e.LanguageCode) {
		checkLanguage(broken, *e.LanguageCode)
		profile.LanguageCode = *e.LanguageCode
	}
}

func (e ProfileEdit) applyAvatar(broken *apierr.Violations, profile *Profile) {
	switch {
	case e.AvatarURL == nil:
	case *e.AvatarURL == "" || *e.AvatarURL == NoImage:
		profile.AvatarURL = ""
	default:
		checkAvatar(broken, "avatarUrl", *e.AvatarURL)
		profile.AvatarURL = *e.AvatarURL
	}
	if len(e.PreviousAvatarURLs) > maxPreviousAvatars {
		most := strconv.Itoa(maxPreviousAvatars)
		broken.Add("previousAvatarUrl", most+"개까지 보낼 수 있습니다", "must have at most "+most+" entries")
		return
	}
	for _, old := range e.PreviousAvatarURLs {
		broken.Text("previousAvatarUrl", old, apierr.TextRule{Max: maxAvatarURL})
	}
}

func isGiven(text *string) bool { return text != nil && *text != "" }
