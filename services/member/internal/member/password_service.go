package member

import (
	"context"
	"errors"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// PasswordService changes passwords.
type PasswordService struct {
	store    LoginStores
	hasher   PasswordHasher
	rules    PasswordRules
	attempts attempts
	secrets  *Secrets
	revoker  revoker
	now      Clock
}

// NewPasswordService joins the use case of changing a password to its ports.
func NewPasswordService(store LoginStores, d SessionDeps) *PasswordService {
	return &PasswordService{
		store: store, hasher: d.Hasher, rules: d.Rules, attempts: attempts{d.Limiter}, secrets: d.Secrets, now: d.Now,
		revoker: revoker{store: store, announcer: d.Announcer, now: d.Now},
	}
}

// Change gives the caller a new password and ends all its other sessions. It
// returns a device token: those from before the change hold no more.
// Fails with VALIDATION_FAILED, with MEMBER_PASSWORD_INVALID where current is
// not the present password, and with TOO_MANY_REQUESTS after too many of
// those, and while too many passwords are being hashed.
func (s *PasswordService) Change(ctx context.Context, caller Caller, current, next string) (deviceToken string, err error) {
	email, err := s.store.FindEmail(ctx, caller.MemberID)
	if err != nil {
		return "", memberOr(err)
	}
	var broken apierr.Violations
	broken.Text("currentPassword", current, apierr.TextRule{Required: true})
	s.rules.check(&broken, "newPassword", next, email)
	if err := broken.Err(); err != nil {
		return "", err
	}
	seen, err := s.checkCurrent(ctx, caller, current)
	if err != nil {
		return "", err
	}
	hash, err := s.hasher.Hash(ctx, next)
	if err != nil {
		return "", busyOr(err)
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		deviceToken, err = s.replace(ctx, caller, seen, hash)
		return err
	})
	return deviceToken, err
}

// checkCurrent finds the account whose password was given.
func (s *PasswordService) checkCurrent(ctx context.Context, caller Caller, current string) (Account, error) {
	account, err := s.store.FindAccount(ctx, caller.MemberID)
	if err != nil {
		return Account{}, memberOr(err)
	}
	attempt, err := s.attempts.begin(ctx, callerBudget(caller.MemberID))
	if err != nil {
		return Account{}, err
	}
	verdict, err := s.hasher.Verify(ctx, account.PasswordHash, current)
	if err == nil && verdict == WrongPassword {
		return Account{}, CodePasswordInvalid.New()
	}
	s.attempts.withdraw(ctx, attempt)
	return account, busyOr(err)
}

func (s *PasswordService) replace(ctx context.Context, caller Caller, seen Account, hash PasswordHash) (deviceToken string, err error) {
	account, err := s.store.LockAccount(ctx, caller.MemberID)
	if err != nil {
		return "", err
	}
	if account.PasswordHash != seen.PasswordHash {
		return "", CodePasswordInvalid.Wrap(fmt.Errorf("password of member %d changed meanwhile", account.ID))
	}
	account.PasswordHash, account.PasswordChangedAt = hash, s.now()
	if err := s.revoker.endAll(ctx, &account, caller.SessionID, ReasonPasswordChanged); err != nil {
		return "", err
	}
	if err := s.store.UpdateAccount(ctx, account, account.PasswordChangedAt); err != nil {
		return "", err
	}
	return s.secrets.newDeviceToken(account.ID, account.PasswordChangedAt)
}

// memberOr turns an absent row into MEMBER_NOT_FOUND.
func memberOr(err error) error {
	if errors.Is(err, ErrAbsent) {
		return CodeMemberNotFound.Wrap(err)
	}
	return err
}
