package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// The values of the key that SessionKey names. An absent key is neither: it may
// never have been written, or have been evicted, so member is asked.
const (
	// SessionLive is written by member when it makes a token and when it is
	// asked about one, with SET NX: it never covers SessionRevoked.
	SessionLive = "0"
	// SessionRevoked is written by member, over whatever is there, for each
	// session that it ends, also where it writes EpochKey.
	SessionRevoked = "1"
)

// BlacklistKey is the Redis key that exists while one token is revoked.
func BlacklistKey(tokenID string) string { return "member:authentication:blacklist:" + tokenID }

// SessionKey is the Redis key that says whether a session lives.
func SessionKey(sessionID int64) string {
	return "member:authentication:session-revoked:" + strconv.FormatInt(sessionID, 10)
}

// EpochKey is the Redis key of the highest session id of a member that is dead:
// that session and all before it.
func EpochKey(memberID int64) string {
	return "member:authentication:session-epoch:" + strconv.FormatInt(memberID, 10)
}

// RevocationStore reads Redis. It is satisfied by rediscache.Client.
type RevocationStore interface {
	// MGet returns the value of each key in their order, nil for one that is
	// absent, in one round trip.
	MGet(ctx context.Context, keys ...string) ([]*string, error)
}

// Introspector knows from its own records whether a token is still good: member
// itself, asked by MemberAPI or from within.
type Introspector interface {
	// Introspect says whether the caller's token, session and member are live.
	Introspect(ctx context.Context, caller Caller) (active bool, err error)
}

// standing is what is known of a token's revocation.
type standing uint8

const (
	standingUnknown standing = iota
	standingRevoked
	standingLive
)

// checkRevoked fails where the token was revoked, and where nobody can say.
func (v *Verifier) checkRevoked(ctx context.Context, caller Caller) error {
	found, storeErr := v.storedStanding(ctx, caller)
	return v.judge(ctx, caller, found, storeErr)
}

// judge decides by what was stored, and asks member where that says nothing.
func (v *Verifier) judge(ctx context.Context, caller Caller, found standing, storeErr error) error {
	if found == standingUnknown {
		var err error
		if found, err = v.introspect(ctx, caller); err != nil {
			return errUnavailable(errors.Join(storeErr, err))
		}
	}
	if found != standingLive {
		return errRevoked()
	}
	return nil
}

func (v *Verifier) storedStanding(ctx context.Context, caller Caller) (standing, error) {
	ctx, cancel := context.WithTimeout(ctx, v.config.StoreTimeout)
	defer cancel()
	values, err := v.config.Revocations.MGet(ctx, revocationKeys(caller)...)
	return readStanding(caller, values, err)
}

// revocationKeys are what readStanding wants the values of.
func revocationKeys(caller Caller) []string {
	return []string{BlacklistKey(caller.TokenID), SessionKey(caller.SessionID), EpochKey(caller.MemberID)}
}

func readStanding(caller Caller, values []*string, err error) (standing, error) {
	if err == nil && len(values) != 3 {
		err = fmt.Errorf("%d values for 3 keys", len(values))
	}
	if err != nil {
		return standingUnknown, fmt.Errorf("read revocations: %w", err)
	}
	return standingOf(values[0], values[1], values[2], caller.SessionID), nil
}

// standingOf reads the three values. Each of them alone revokes; only the
// session's own flag says that it lives, and a value that means nothing says
// nothing.
func standingOf(blacklisted, session, epoch *string, sessionID int64) standing {
	if blacklisted != nil {
		return standingRevoked
	}
	if epoch != nil {
		dead, err := strconv.ParseInt(*epoch, 10, 64)
		if err != nil {
			return standingUnknown
		}
		if sessionID <= dead {
			return standingRevoked
		}
	}
	switch {
	case session == nil:
		return standingUnknown
	case *session == SessionRevoked:
		return standingRevoked
	case *session == SessionLive:
		return standingLive
	default:
		return standingUnknown
	}
}

func (v *Verifier) introspect(ctx context.Context, caller Caller) (standing, error) {
	ctx, cancel := context.WithTimeout(ctx, v.config.MemberTimeout)
	defer cancel()
	active, err := v.config.Introspector.Introspect(ctx, caller)
	switch {
	case err != nil:
		return standingUnknown, fmt.Errorf("introspect token: %w", err)
	case active:
		return standingLive, nil
	default:
		return standingRevoked, nil
	}
}

const (
	defaultStoreTimeout  = 300 * time.Millisecond
	defaultMemberTimeout = time.Second
)
