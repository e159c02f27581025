package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// LoginStores is what the services of logins and sessions need of a database.
type LoginStores interface {
	Transactor
	Accounts
	Sessions
}

// LoginService lets members in.
type LoginService struct {
	store     LoginStores
	facts     FactLog
	hasher    PasswordHasher
	attempts  attempts
	announcer Announcer
	granter   granter
	secrets   *Secrets
	now       Clock
}

// SessionDeps are what the services of logins and sessions are made of.
type SessionDeps struct {
	Facts     FactLog
	Hasher    PasswordHasher
	Limiter   AttemptLimiter
	Announcer Announcer
	Signer    TokenSigner
	Secrets   *Secrets
	Security  SecurityLog
	Rules     PasswordRules
	// AccessTTL is the life of an access token.
	AccessTTL time.Duration
	Now       Clock
}

// NewLoginService joins the use case of logging in to its ports.
func NewLoginService(store LoginStores, d SessionDeps) *LoginService {
	return &LoginService{
		store: store, facts: d.Facts, hasher: d.Hasher, attempts: attempts{d.Limiter}, announcer: d.Announcer,
		granter: granter{signer: d.Signer, secrets: d.Secrets, ttl: d.AccessTTL}, secrets: d.Secrets, now: d.Now,
	}
}

// LoginRequest is someone who says to be a member.
type LoginRequest struct {
	Email    string
	Password string
	Client   Client
	// DeviceToken is what an earlier login left on the device; empty for none.
	DeviceToken string
	// RefreshToken is what a session left on the device; empty for none.
	RefreshToken string
}

func (r LoginRequest) check() error {
	var broken apierr.Violations
	for _, given := range []struct{ field, text string }{{"email", r.Email}, {"password", r.Password}} {
		broken.Text(given.field, given.text, apierr.TextRule{Required: true})
	}
	return broken.Err()
}

// Login is a member that was let in.
type Login struct {
	Grant
	// DeviceToken makes the device known from now on.
	DeviceToken string
}

// LogIn opens a session. An unknown address and a wrong password fail alike,
// with LOGIN_FAILED, after the same work. Fails with TOO_MANY_REQUESTS after
// too many failures for the address, the client or a known device, and while
// too many passwords are being hashed.
func (s *LoginService) LogIn(ctx context.Context, request LoginRequest) (Login, error) {
	if err := request.check(); err != nil {
		return Login{}, err
	}
	email := newEmail(request.Email)
	account, err := s.findAccount(ctx, email)
	if err != nil {
		return Login{}, err
	}
	budgets, err := s.budgets(ctx, account, email, request)
	if err != nil {
		return Login{}, err
	}
	attempt, err := s.attempts.begin(ctx, budgets...)
	if err != nil {
		return Login{}, err
	}
	login, err := s.tryPassword(ctx, account, request)
	if apierr.HasCode(err, CodeLoginFailed) {
		return Login{}, err
	}
	s.attempts.withdraw(ctx, attempt) // it was right, or nobody found out
	if err != nil {
		return Login{}, err
	}
	s.attempts.clear(ctx, emailBudget(email))
	return login, nil
}

// findAccount returns the zero Account for an address that nobody has.
func (s *LoginService) findAccount(ctx context.Context, email Email) (Account, error) {
	account, err := s.store.FindAccountByEmail(ctx, email)
	if errors.Is(err, ErrAbsent) {
		return Account{}, nil
	}
	return account, err
}

// budgets are what the attempt counts against: the account and the client, or
// the device alone where it is known, so that nobody is locked out by others.
func (s *LoginService) budgets(ctx context.Context, account Account, email Email, request LoginRequest) ([]Budget, error) {
	if request.DeviceToken != "" && account.ID != 0 && s.secrets.knowsDevice(request.DeviceToken, account.ID, account.PasswordChangedAt) {
		return []Budget{deviceBudget(request.DeviceToken)}, nil
	}
	session, err := s.knownSession(ctx, account, request.RefreshToken)
	if err != nil {
		return nil, err
	}
	if session != 0 {
		return []Budget{sessionBudget(session)}, nil
	}
	budgets := []Budget{emailBudget(email)}
	if !request.Client.SharedAddress {
		budgets = append(budgets, addressBudget(request.Client.Address))
	}
	return budgets, nil
}

// knownSession is the live session of account that a refresh token is of, 0 where
// there is none. Its tokens change as often as whoever has one likes, so that none
// of them can have a budget of its own.
func (s *LoginService) knownSession(ctx context.Context, account Account, token string) (SessionID, error) {
	if token == "" {
		return 0, nil
	}
	_, session, err := s.store.FindRefreshToken(ctx, HashToken(token))
	if errors.Is(err, ErrAbsent) {
		return 0, nil
	}
	if err != nil || account.ID == 0 || session.MemberID != account.ID || !session.isLive(s.now()) {
		return 0, err
	}
	return session.ID, nil
}

// tryPassword hashes outside of any transaction.
func (s *LoginService) tryPassword(ctx context.Context, account Account, request LoginRequest) (Login, error) {
	verdict, err := s.hasher.Verify(ctx, account.PasswordHash, request.Password)
	if err != nil {
		return Login{}, busyOr(err)
	}
	if verdict == WrongPassword {
		return Login{}, CodeLoginFailed.New()
	}
	var stronger PasswordHash
	if verdict == RightButWeak {
		// the login does not depend on it: without a slot, the next one does it
		if stronger, err = s.hasher.Hash(ctx, request.Password); err != nil && !errors.Is(err, ErrBusy) {
			return Login{}, err
		}
	}
	return s.open(ctx, account, stronger, request.Client)
}

// open makes a session of an account whose password was right.
func (s *LoginService) open(ctx context.Context, seen Account, stronger PasswordHash, client Client) (login Login, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.lockUnchanged(ctx, seen, stronger != "")
		if err != nil {
			return err
		}
		now := s.now()
		if stronger != "" {
			account.PasswordHash = stronger
			if err := s.store.UpdateAccount(ctx, account, now); err != nil {
				return err
			}
		}
		session := Session{MemberID: account.ID, Device: client.Device, Address: client.Address, CreatedAt: now, LastUsedAt: now}
		if session.ID, err = s.store.AddSession(ctx, session); err != nil {
			return err
		}
		if login.Grant, err = s.firstGrant(ctx, account, session); err != nil {
			return err
		}
		if login.DeviceToken, err = s.secrets.newDeviceToken(account.ID, account.PasswordChangedAt); err != nil {
			return err
		}
		if err := s.facts.Record(ctx, AccountFact{Change: LoggedIn, Member: account.ID, At: now}); err != nil {
			return err
		}
		_ = s.announcer.SessionLive(ctx, session.ID) // where it fails, services ask Introspect
		return nil
	})
	return login, err
}

// lockUnchanged finds the account again, and that it did not change while the
// password was being hashed.
func (s *LoginService) lockUnchanged(ctx context.Context, seen Account, forUpdate bool) (Account, error) {
	find := s.store.ShareAccount
	if forUpdate {
		find = s.store.LockAccount
	}
	account, err := find(ctx, seen.ID)
	if err != nil {
		return Account{}, err
	}
	if !account.isActive() || account.PasswordHash != seen.PasswordHash {
		return Account{}, CodeLoginFailed.Wrap(fmt.Errorf("member %d changed meanwhile", seen.ID))
	}
	return account, nil
}

func (s *LoginService) firstGrant(ctx context.Context, account Account, session Session) (Grant, error) {
	refresh, err := s.secrets.newRefreshToken()
	if err != nil {
		return Grant{}, err
	}
	grant, tokenID, err := s.granter.grant(ctx, account, session, refresh, session.CreatedAt)
	if err != nil {
		return Grant{}, err
	}
	_, err = s.store.AddRefreshToken(ctx, RefreshToken{
		SessionID: session.ID, MemberID: account.ID, Hash: HashToken(refresh), AccessTokenID: tokenID,
		CreatedAt: session.CreatedAt, ExpiresAt: session.endsAt(), Device: session.Device, Address: session.Address,
	})
	return grant, err
}
