package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

const (
	forUpdate = " FOR UPDATE"
	forShare  = " LOCK IN SHARE MODE" // MariaDB does not know FOR SHARE
)

// AddAccount implements member.AccountStore.
func (s *Store) AddAccount(ctx context.Context, account member.Account) (member.MemberID, error) {
	r := fromAccount(account)
	id, err := s.insert(ctx, "add account", "",
		"INSERT INTO members (password, roles, status, session_epoch, password_changed_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		r.Password, r.Roles, r.Status, r.SessionEpoch, r.PasswordChangedAt, r.CreatedAt, r.CreatedAt)
	return member.MemberID(id), err
}

// AddEmail implements member.AccountStore.
func (s *Store) AddEmail(ctx context.Context, id member.MemberID, email member.Email, at time.Time) error {
	_, err := s.insert(ctx, fmt.Sprintf("add address of member %d", id), "uq_member_emails",
		"INSERT INTO member_emails (member_id, email, email_given, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
		id, email.Key, email.Given, at, at)
	return err
}

// FindAccountByEmail implements member.AccountStore.
func (s *Store) FindAccountByEmail(ctx context.Context, email member.Email) (member.Account, error) {
	r, err := one[accountRow](ctx, s, "account by address",
		"SELECT "+accountColumns+" FROM member_emails e JOIN members m ON m.id = e.member_id WHERE e.email = ? AND e.is_active", email.Key)
	return toAccount(r), err
}

// FindEmail implements member.AccountStore.
func (s *Store) FindEmail(ctx context.Context, id member.MemberID) (member.Email, error) {
	r, err := one[emailRow](ctx, s, fmt.Sprintf("address of member %d", id),
		"SELECT email, email_given FROM member_emails WHERE member_id = ? AND is_active ORDER BY id LIMIT 1", id)
	return toEmail(r), err
}

// FindAccount implements member.AccountStore.
func (s *Store) FindAccount(ctx context.Context, id member.MemberID) (member.Account, error) {
	return s.findAccount(ctx, id, "")
}

// LockAccount implements member.AccountStore.
func (s *Store) LockAccount(ctx context.Context, id member.MemberID) (member.Account, error) {
	return s.findAccount(ctx, id, forUpdate)
}

// ShareAccount implements member.AccountStore.
func (s *Store) ShareAccount(ctx context.Context, id member.MemberID) (member.Account, error) {
	return s.findAccount(ctx, id, forShare)
}

func (s *Store) findAccount(ctx context.Context, id member.MemberID, lock string) (member.Account, error) {
	r, err := one[accountRow](ctx, s, fmt.Sprintf("account %d", id),
		"SELECT "+accountColumns+" FROM members m WHERE m.id = ?"+lock, id)
	return toAccount(r), err
}

// UpdateAccount implements member.AccountStore.
func (s *Store) UpdateAccount(ctx context.Context, account member.Account, at time.Time) error {
	r := fromAccount(account)
	_, err := s.change(ctx, fmt.Sprintf("update account %d", r.ID),
		"UPDATE members SET password = ?, roles = ?, status = ?, session_epoch = ?, password_changed_at = ?, updated_at = ? WHERE id = ?",
		r.Password, r.Roles, r.Status, r.SessionEpoch, r.PasswordChangedAt, at, r.ID)
	return err
}

// RemoveEmail implements member.AccountStore.
func (s *Store) RemoveEmail(ctx context.Context, id member.MemberID) error {
	_, err := s.change(ctx, fmt.Sprintf("remove address of member %d", id), "DELETE FROM member_emails WHERE member_id = ?", id)
	return err
}
