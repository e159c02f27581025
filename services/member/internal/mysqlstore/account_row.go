package mysqlstore

import (
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

const accountColumns = "m.id, m.password, m.roles, m.status, m.session_epoch, m.password_changed_at, m.created_at"

type accountRow struct {
	ID                int64
	Password          string
	Roles             string
	Status            string
	SessionEpoch      int64
	PasswordChangedAt time.Time
	CreatedAt         time.Time
}

const roleSeparator = ","

func toAccount(r accountRow) member.Account {
	account := member.Account{
		ID:                member.MemberID(r.ID),
		Status:            member.Status(r.Status),
		PasswordHash:      member.PasswordHash(r.Password),
		PasswordChangedAt: r.PasswordChangedAt,
		SessionEpoch:      member.SessionID(r.SessionEpoch),
		CreatedAt:         r.CreatedAt,
	}
	for role := range strings.SplitSeq(r.Roles, roleSeparator) {
		if role != "" {
			account.Roles = append(account.Roles, member.Role(role))
		}
	}
	return account
}

func fromAccount(a member.Account) accountRow {
	roles := make([]string, len(a.Roles))
	for i, role := range a.Roles {
		roles[i] = string(role)
	}
	return accountRow{
		ID:                int64(a.ID),
		Password:          string(a.PasswordHash),
		Roles:             strings.Join(roles, roleSeparator),
		Status:            string(a.Status),
		SessionEpoch:      int64(a.SessionEpoch),
		PasswordChangedAt: a.PasswordChangedAt,
		CreatedAt:         a.CreatedAt,
	}
}

type emailRow struct {
	Email      string
	EmailGiven string
}

func toEmail(r emailRow) member.Email { return member.Email{Given: r.EmailGiven, Key: r.Email} }
