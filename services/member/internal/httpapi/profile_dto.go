package httpapi

import (
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

func (a *API) toSummary(s member.Summary) memberrest.Summary {
	return memberrest.Summary{
		MemberID:           int64(s.MemberID),
		ID:                 int64(s.ProfileID),
		MemberName:         s.MemberName,
		MemberHandle:       s.Handle,
		Handle:             s.Handle,
		DisplayName:        orNull(s.DisplayName),
		VerificationStatus: memberrest.VerificationStatus(s.Verification),
		AvatarURL:          orNoImage(s.AvatarURL),
		Bio:                orNull(s.Bio),
		FollowersCount:     s.FollowersCount,
		FollowingsCount:    s.FollowingsCount,
		Following:          following(s.Relation),
		UpdatedAt:          a.timeOrNull(s.UpdatedAt),
	}
}

func (a *API) toSummaries(found []member.Summary) []memberrest.Summary {
	summaries := make([]memberrest.Summary, len(found))
	for i, s := range found {
		summaries[i] = a.toSummary(s)
	}
	return summaries
}

func (a *API) toProfile(p member.ProfileView) memberrest.MemberProfile {
	profile := memberrest.MemberProfile{
		ID:                 int64(p.ID),
		MemberID:           int64(p.MemberID),
		MemberName:         p.MemberName,
		Handle:             p.Handle,
		DisplayName:        orNull(p.DisplayName),
		Bio:                orNull(p.Bio),
		Location:           orNull(p.Location),
		WebsiteURL:         orNull(p.WebsiteURL),
		Timezone:           orNull(p.Timezone),
		LanguageCode:       orNull(p.LanguageCode),
		VerificationStatus: memberrest.VerificationStatus(p.Verification),
		PrivacyLevel:       memberrest.PrivacyLevel(p.PrivacyLevel),
		IsActive:           p.Active,
		AvatarURL:          orNoImage(p.AvatarURL),
		CoverURL:           orNull(p.CoverURL),
		CreatedAt:          a.Zone.Dashed(p.CreatedAt),
		UpdatedAt:          a.timeOrNull(p.UpdatedAt),
		FollowersCount:     p.FollowersCount,
		FollowingsCount:    p.FollowingsCount,
		FollowingCount:     p.FollowingsCount,
		Following:          following(p.Relation),
		Email:              orNull(p.Email),
	}
	if p.Full {
		score := p.CompletionScore()
		gender, country := memberrest.Gender(p.Gender), memberrest.CountryCode(p.CountryCode)
		profile.ProfileCompletionScore, profile.Gender, profile.CountryCode = &score, &gender, &country
	}
	if !p.BirthDate.IsZero() {
		day := p.BirthDate.String()
		profile.BirthDate = &day
	}
	return profile
}

func orNoImage(url string) string {
	if url == "" {
		return member.NoImage
	}
	return url
}

func following(r member.Relation) *bool {
	if !r.HasFollowing() {
		return nil
	}
	return &r.Follows
}

func (a *API) timeOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := a.Zone.Dashed(t)
	return &text
}

func fromUpdateProfile(r memberrest.UpdateProfileRequest) member.ProfileEdit {
	return member.ProfileEdit{
		MemberName:         r.MemberName,
		DisplayName:        r.DisplayName,
		Bio:                r.Bio,
		Location:           r.Location,
		WebsiteURL:         r.WebsiteURL,
		BirthDate:          r.BirthDate,
		Gender:             r.Gender,
		Timezone:           r.Timezone,
		LanguageCode:       r.LanguageCode,
		CountryCode:        r.CountryCode,
		PrivacyLevel:       r.PrivacyLevel,
		AvatarURL:          r.AvatarURL,
		PreviousAvatarURLs: r.PreviousAvatarURL,
	}
}

func toHandleAvailability(handle string, reason member.HandleReason) memberrest.HandleAvailability {
	refusals := map[member.HandleReason]memberrest.HandleRefusal{
		member.HandleTaken:    memberrest.HandleRefusalTaken,
		member.HandleReserved: memberrest.HandleRefusalReserved,
		member.HandleInvalid:  memberrest.HandleRefusalInvalid,
	}
	answer := memberrest.HandleAvailability{Handle: handle, Available: reason == member.HandleFree}
	if refusal, refused := refusals[reason]; refused {
		answer.Reason = &refusal
	}
	return answer
}
