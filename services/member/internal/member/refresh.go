package member

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// chainLimit bounds how far a repeated refresh follows the chain of successors:
// far more than fits into RefreshGrace.
const chainLimit = 10_000

// Refresh replaces a refresh token by its successor and grants a new access
// token. The session's row is locked, so that of any number of refreshes with
// one token the first replaces it and the others are repeats.
//
// A repeat within RefreshGrace gets the same successor, or where that was
// replaced in turn the live end of the chain: always the one live token. Later
// it means that the token was stolen, from whoever comes second: the session
// ends.
//
// Fails with INVALID_TOKEN for a token that is unknown or expired, and with
// TOKEN_REVOKED for one that is revoked, or is now.
func (s *SessionService) Refresh(ctx context.Context, token string, client Client) (grant Grant, err error) {
	arrived := s.now() // waiting for the lock does not use up the grace
	found, _, err := s.store.FindRefreshToken(ctx, HashToken(token))
	if errors.Is(err, ErrAbsent) {
		return Grant{}, apierr.CodeInvalidToken.Wrap(err)
	}
	if err != nil {
		return Grant{}, err
	}
	account, err := s.store.FindAccount(ctx, found.MemberID)
	if err != nil {
		return Grant{}, err
	}
	var refusal error
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		grant, refusal = Grant{}, nil
		session, chain, err := s.lockChain(ctx, found)
		if err != nil {
			return err
		}
		grant, refusal, err = s.refresh(ctx, account, session, chain, presented{token, client, arrived})
		return err
	})
	if err == nil {
		err = refusal
	}
	return grant, err
}

// presented is a refresh token as it came in.
type presented struct {
	token   string
	client  Client
	arrived time.Time
}

func (s *SessionService) lockChain(ctx context.Context, found RefreshToken) (Session, []RefreshToken, error) {
	session, err := s.store.LockSession(ctx, found.SessionID)
	if err != nil {
		return Session{}, nil, err
	}
	chain, err := s.store.FindChain(ctx, session.ID, found.ID, chainLimit)
	return session, chain, err
}

// refresh decides with the session locked. What it refuses is not an error of
// the transaction: ending a session must be committed.
func (s *SessionService) refresh(ctx context.Context, account Account, session Session, chain []RefreshToken, p presented) (grant Grant, refusal, err error) {
	if len(chain) == 0 || chain[0].Hash != HashToken(p.token) {
		return Grant{}, refused(apierr.CodeInvalidToken, "refresh token is gone"), nil
	}
	used := chain[0]
	switch {
	case session.Revoked || used.Revoked || !account.isActive():
		return Grant{}, refused(apierr.CodeTokenRevoked, "session %d was ended", session.ID), nil
	case !session.isLive(p.arrived) || !p.arrived.Before(used.ExpiresAt):
		return Grant{}, refused(apierr.CodeInvalidToken, "session %d has expired", session.ID), nil
	case used.SuccessorID == 0:
		grant, err = s.replace(ctx, account, session, used, p)
		return grant, nil, err
	case p.arrived.Sub(used.ReplacedAt) <= RefreshGrace:
		return s.repeat(ctx, account, session, chain, p.token)
	default:
		refusal, err = s.endStolen(ctx, session, p.client)
		return Grant{}, refusal, err
	}
}

// replace makes the successor of the live token.
func (s *SessionService) replace(ctx context.Context, account Account, session Session, used RefreshToken, p presented) (Grant, error) {
	now := s.now()
	session.LastUsedAt, session.Address = now, p.client.Address
	successor := s.secrets.successors(p.token)[0]
	grant, tokenID, err := s.granter.grant(ctx, account, session, successor, now)
	if err != nil {
		return Grant{}, err
	}
	id, err := s.store.AddRefreshToken(ctx, RefreshToken{
		SessionID: session.ID, MemberID: session.MemberID, Hash: HashToken(successor), AccessTokenID: tokenID,
		CreatedAt: now, ExpiresAt: session.endsAt(), Device: p.client.Device, Address: p.client.Address,
	})
	if err != nil {
		return Grant{}, err
	}
	if err := s.store.ReplaceRefreshToken(ctx, used.ID, id, now); err != nil {
		return Grant{}, err
	}
	if err := s.store.TouchSession(ctx, session); err != nil {
		return Grant{}, err
	}
	_ = s.announcer.SessionLive(ctx, session.ID)
	return grant, nil
}

// repeat answers a token that was replaced a moment ago. Its successor is
// derived again; no token is kept in plain.
func (s *SessionService) repeat(ctx context.Context, account Account, session Session, chain []RefreshToken, token string) (grant Grant, refusal, err error) {
	for _, next := range chain[1:] {
		candidates := s.secrets.successors(token)
		match := slices.IndexFunc(candidates, func(c string) bool { return HashToken(c) == next.Hash })
		if match < 0 { // made under a key that is not known any more
			return Grant{}, refused(apierr.CodeInvalidToken, "successor cannot be derived"), nil
		}
		token = candidates[match]
	}
	if last := chain[len(chain)-1]; last.SuccessorID != 0 {
		return Grant{}, refused(apierr.CodeInvalidToken, "chain of successors has no end"), nil
	}
	_ = s.announcer.SessionLive(ctx, session.ID)
	grant, _, err = s.granter.grant(ctx, account, session, token, s.now())
	return grant, nil, err
}

func (s *SessionService) endStolen(ctx context.Context, session Session, client Client) (refusal, err error) {
	event := SecurityEvent{Kind: "refresh_token_reused", Member: session.MemberID, Session: session.ID, Address: client.Address}
	if err := s.store.AfterCommit(ctx, func() { s.security.Report(ctx, event) }); err != nil {
		return nil, err
	}
	err = s.revoker.end(ctx, session.MemberID, []SessionID{session.ID}, 0, ReasonReuse)
	return refused(apierr.CodeTokenRevoked, "refresh token of session %d was used again", session.ID), err
}
