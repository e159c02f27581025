package member

import (
	"context"
	"errors"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// SessionService keeps members in, and lets them out.
type SessionService struct {
	store     LoginStores
	facts     FactLog
	announcer Announcer
	security  SecurityLog
	granter   granter
	revoker   revoker
	secrets   *Secrets
	now       Clock
}

// NewSessionService joins the use cases of sessions to their ports.
func NewSessionService(store LoginStores, d SessionDeps) *SessionService {
	return &SessionService{
		store: store, facts: d.Facts, announcer: d.Announcer, security: d.Security, secrets: d.Secrets, now: d.Now,
		granter: granter{signer: d.Signer, secrets: d.Secrets, ttl: d.AccessTTL},
		revoker: revoker{store: store, announcer: d.Announcer, now: d.Now},
	}
}

// LogOut ends the caller's session and token. Doing it twice changes nothing more.
func (s *SessionService) LogOut(ctx context.Context, caller Caller) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		session, err := s.store.LockSession(ctx, caller.SessionID)
		if err != nil && !errors.Is(err, ErrAbsent) {
			return err
		}
		if err == nil && session.MemberID == caller.MemberID && !session.Revoked {
			if err := s.endOne(ctx, session, ReasonLogout); err != nil {
				return err
			}
		}
		return s.revoker.endToken(ctx, caller, ReasonLogout)
	})
}

func (s *SessionService) endOne(ctx context.Context, session Session, reason RevokeReason) error {
	fact := AccountFact{Change: LoggedOut, Member: session.MemberID, At: s.now()}
	if err := s.facts.Record(ctx, fact); err != nil {
		return err
	}
	return s.revoker.end(ctx, session.MemberID, []SessionID{session.ID}, 0, reason)
}

// LogOutEverywhere ends all sessions of the caller's member; a login of the
// same moment is either ended too or lives, never half of each.
func (s *SessionService) LogOutEverywhere(ctx context.Context, caller Caller) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.store.LockAccount(ctx, caller.MemberID)
		if errors.Is(err, ErrAbsent) {
			return CodeMemberNotFound.Wrap(err)
		}
		if err != nil {
			return err
		}
		fact := AccountFact{Change: LoggedOut, Member: account.ID, At: s.now()}
		if err := s.facts.Record(ctx, fact); err != nil {
			return err
		}
		if err := s.revoker.endToken(ctx, caller, ReasonLogoutAll); err != nil {
			return err
		}
		if err := s.revoker.endAll(ctx, &account, 0, ReasonLogoutAll); err != nil {
			return err
		}
		return s.store.UpdateAccount(ctx, account, s.now())
	})
}

// listedSessions bounds the list of sessions.
const listedSessions = 1000

// Sessions are the caller's live sessions, the last used first.
func (s *SessionService) Sessions(ctx context.Context, caller Caller) ([]SessionView, error) {
	now := s.now()
	found, err := s.store.FindSessions(ctx, caller.MemberID, now.Add(-SessionIdle), listedSessions)
	if err != nil {
		return nil, err
	}
	views := make([]SessionView, 0, len(found))
	for _, session := range found {
		if session.isLive(now) {
			views = append(views, SessionView{Session: session, Current: session.ID == caller.SessionID})
		}
	}
	return views, nil
}

// EndSession ends one of the caller's sessions, maybe its own.
// Fails with SESSION_NOT_FOUND where the caller has no such live session.
func (s *SessionService) EndSession(ctx context.Context, caller Caller, id SessionID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		session, err := s.store.LockSession(ctx, id)
		if errors.Is(err, ErrAbsent) {
			return CodeSessionNotFound.Wrap(err)
		}
		if err != nil {
			return err
		}
		if session.MemberID != caller.MemberID || !session.isLive(s.now()) {
			return CodeSessionNotFound.Wrap(fmt.Errorf("session %d is not a live one of member %d", id, caller.MemberID))
		}
		return s.endOne(ctx, session, ReasonSessionEnded)
	})
}

// Introspect says whether a token is good, by the database. The session's row
// stays locked until Redis has been told that it lives: a revocation comes
// before, and is seen here, or after, and writes over what was said.
func (s *SessionService) Introspect(ctx context.Context, caller Caller) (active bool, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		active = false
		session, err := s.store.ShareSession(ctx, caller.SessionID)
		if errors.Is(err, ErrAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		if session.MemberID != caller.MemberID || session.Revoked {
			return nil
		}
		blacklisted, err := s.store.IsBlacklisted(ctx, caller.TokenID)
		if err != nil || blacklisted {
			return err
		}
		active = true
		_ = s.announcer.SessionLive(ctx, session.ID)
		return nil
	})
	return active, err
}

// RefreshState says whether a refresh token is of no use any more: its session
// is over, or nobody knows it (it was never made, or ended so long ago that it
// was cleaned away).
func (s *SessionService) RefreshState(ctx context.Context, hash TokenHash) (dead bool, err error) {
	token, session, err := s.store.FindRefreshToken(ctx, hash)
	if errors.Is(err, ErrAbsent) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	now := s.now()
	return token.Revoked || !now.Before(token.ExpiresAt) || !session.isLive(now), nil
}

// refused is how a refresh ends that is not granted; it commits what it found out.
func refused(code *apierr.Code, format string, args ...any) error {
	return code.Wrap(fmt.Errorf(format, args...))
}
