package member

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// revoker ends sessions for the use cases that do.
type revoker struct {
	store     RevocationStore
	announcer Announcer
	now       Clock
}

// end ends locked sessions of member. Redis is told before the commit: from
// then on every service refuses their tokens, and whoever asks the database
// instead waits for the locked rows. Redis being down does not keep a member
// from logging out: the database is the truth, services that do not reach
// Redis ask for it, and what Redis has not taken is repeated to it until it
// has (see AnnounceService).
func (r revoker) end(ctx context.Context, member MemberID, ids []SessionID, epoch SessionID, reason RevokeReason) error {
	if len(ids) == 0 && epoch == 0 {
		return nil
	}
	announced := r.announcer.SessionsEnded(ctx, member, ids, epoch) == nil
	return r.store.RevokeSessions(ctx, ids, reason, announced, r.now())
}

// endAll ends all sessions of a locked account but one (0 for none), and raises
// the account's epoch over those that are dead.
func (r revoker) endAll(ctx context.Context, account *Account, except SessionID, reason RevokeReason) error {
	ids, err := r.store.LockLiveSessions(ctx, account.ID, except)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if except == 0 || id < except {
			account.SessionEpoch = max(account.SessionEpoch, id)
		}
	}
	return r.end(ctx, account.ID, ids, account.SessionEpoch, reason)
}

// endToken revokes one access token by its own id.
func (r revoker) endToken(ctx context.Context, caller Caller, reason RevokeReason) error {
	err := r.store.AddBlacklisted(ctx, caller.TokenID, caller.MemberID, caller.ExpiresAt, reason, r.now())
	if errors.Is(err, ErrPresent) {
		return nil
	}
	if err != nil {
		return err
	}
	// its session's flag says the same, and that one is repeated
	_ = r.announcer.TokenEnded(ctx, caller.TokenID, caller.ExpiresAt)
	return nil
}

// Caller is the member that acts, by an access token.
type Caller struct {
	MemberID  MemberID
	SessionID SessionID
	TokenID   TokenID
	ExpiresAt time.Time
}

// granter hands out access tokens.
type granter struct {
	signer  TokenSigner
	secrets *Secrets
	ttl     time.Duration
}

// grant makes an access token for session, which has its id. It does not
// outlive the session.
func (g granter) grant(ctx context.Context, account Account, session Session, refreshToken string, now time.Time) (Grant, TokenID, error) {
	id, err := g.secrets.newTokenID()
	if err != nil {
		return Grant{}, "", err
	}
	issued := now.Truncate(time.Second)
	expires := now.Add(g.ttl)
	if end := session.CreatedAt.Add(SessionLife); expires.After(end) {
		expires = end
	}
	expires = expires.Truncate(time.Second)
	if !expires.After(issued) {
		expires = issued.Add(time.Second)
	}
	token, err := g.signer.SignAccess(ctx, AccessClaims{
		MemberID: account.ID, SessionID: session.ID, TokenID: id, Roles: account.Roles, IssuedAt: issued, ExpiresAt: expires,
	})
	if err != nil {
		return Grant{}, "", fmt.Errorf("grant access to member %d: %w", account.ID, err)
	}
	return Grant{
		MemberID: account.ID, SessionID: session.ID, AccessToken: token,
		ExpiresIn: expires.Sub(issued), RefreshToken: refreshToken,
	}, id, nil
}
