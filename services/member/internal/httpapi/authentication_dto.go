package httpapi

import (
	"strconv"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

func fromSignUp(r memberrest.SignUpRequest) member.SignUp {
	return member.SignUp{
		Email:        r.Email,
		Password:     r.Password,
		MemberName:   r.MemberName,
		Handle:       r.Handle,
		DisplayName:  orEmpty(r.DisplayName),
		Bio:          orEmpty(r.Bio),
		Location:     orEmpty(r.Location),
		WebsiteURL:   orEmpty(r.WebsiteURL),
		BirthDate:    orEmpty(r.BirthDate),
		Gender:       r.Gender,
		Timezone:     orEmpty(r.Timezone),
		LanguageCode: orEmpty(r.LanguageCode),
		CountryCode:  r.CountryCode,
		PrivacyLevel: orEmpty(r.PrivacyLevel),
		AvatarURL:    orEmpty(r.AvatarURL),
	}
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// orNull is nil for an unset text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func toMember(id member.MemberID, name string) memberrest.Member {
	return memberrest.Member{ID: int64(id), Name: name}
}

func (a *API) toSession(s member.SessionView) memberrest.Session {
	return memberrest.Session{
		SessionID:  strconv.FormatInt(int64(s.ID), 10),
		Current:    s.Current,
		Device:     orNull(s.Device),
		IPAddress:  orNull(s.Address),
		CreatedAt:  a.Zone.Dashed(s.CreatedAt),
		LastUsedAt: a.Zone.Dashed(s.LastUsedAt),
	}
}

// fromSessionID reads a session id; anything that cannot be one is 0, which no
// session has.
func fromSessionID(text string) member.SessionID {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
		return 0
	}
	return member.SessionID(id)
}
