package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"
)

// DeadSessions knows which refresh tokens cannot be used any more.
type DeadSessions interface {
	// Dead says whether the session of a refresh token is over. tokenHash is
	// the SHA-256 of the cookie's value in lower-case hex.
	Dead(ctx context.Context, tokenHash string) (bool, error)
}

// Config is what a Verifier is made of. Everything without a default is needed.
type Config struct {
	Keys         *KeySet
	Revocations  RevocationStore
	Introspector Introspector
	// DeadSessions is asked about an expired token that comes with a cookie.
	DeadSessions DeadSessions
	// Now is the clock.
	Now func() time.Time
	// StoreTimeout bounds the look into Redis; 0 is 300 ms.
	StoreTimeout time.Duration
	// MemberTimeout bounds each question to member; 0 is 1 s.
	MemberTimeout time.Duration
}

// Verifier checks the tokens of requests. It is safe for concurrent use and
// satisfies httpserver.Authenticator.
type Verifier struct {
	config Config
	known  *provenTokens
}

// NewVerifier is a Verifier of config.
func NewVerifier(config Config) *Verifier {
	if config.StoreTimeout <= 0 {
		config.StoreTimeout = defaultStoreTimeout
	}
	if config.MemberTimeout <= 0 {
		config.MemberTimeout = defaultMemberTimeout
	}
	return &Verifier{config: config, known: newProvenTokens(knownTokens)}
}

// Authenticate checks the token of r (spec 03, "Authentication"). It returns
// ctx with the Caller, and the headers that belong on the answer if the request
// succeeds. It fails with *apierr.Error: CodeBearerTokenMissing,
// CodeInvalidToken, CodeJWTExpired or CodeTokenRevoked with the headers of
// each, or CodeServiceUnavailable where keys or revocation could not be looked
// up. Beside CodeTokenRevoked the context has the Caller too, for recognizing a
// repeat of the request that revoked the token. It changes nothing.
func (v *Verifier) Authenticate(ctx context.Context, r *http.Request) (context.Context, http.Header, error) {
	caller, headers, err := v.proveRequest(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	ctx = WithCaller(ctx, caller)
	if err := v.checkRevoked(ctx, caller); err != nil {
		return ctx, nil, err
	}
	return ctx, headers, nil
}

// proveRequest is Authenticate without the look for revocations.
func (v *Verifier) proveRequest(ctx context.Context, r *http.Request) (Caller, http.Header, error) {
	token, err := bearerOf(r)
	if err != nil {
		return Caller{}, nil, err
	}
	proven, err := v.proveOnce(ctx, token)
	if err != nil {
		return Caller{}, nil, err
	}
	if proven.claims.expired(v.config.Now()) {
		return Caller{}, nil, v.expiry(ctx, r)
	}
	return proven.claims.caller(), v.successHeaders(r.Method, proven.key), nil
}

// provenToken is a token that member made; it may be expired or revoked.
type provenToken struct {
	claims Claims
	key    Key
}

// prove checks everything about a token that does not change while its key is
// published: its result may be kept by the token's exact text.
func (v *Verifier) prove(ctx context.Context, token string) (provenToken, error) {
	loose, err := readToken(token)
	if err != nil {
		return provenToken{}, errInvalid(err)
	}
	key, err := v.config.Keys.Find(ctx, loose.keyID)
	if errors.Is(err, ErrUnknownKey) {
		return provenToken{}, errInvalid(err)
	}
	if err != nil {
		return provenToken{}, errUnavailable(err)
	}
	if err := verifySignature(loose.signed, loose.signature, key.Public); err != nil {
		return provenToken{}, errInvalid(err)
	}
	claims, err := readClaims(loose.payload, v.config.Now())
	if err != nil {
		return provenToken{}, errInvalid(err)
	}
	return provenToken{claims: claims, key: key}, nil
}

// expiry tells an expired client to refresh, or to log in again where its
// refresh token is known to be of no use. Where that cannot be found out,
// trying to refresh is the smaller harm.
func (v *Verifier) expiry(ctx context.Context, r *http.Request) error {
	const longest = 512
	cookie, err := r.Cookie("refresh_token")
	if err != nil || cookie.Value == "" || len(cookie.Value) > longest {
		return errExpired()
	}
	ctx, cancel := context.WithTimeout(ctx, v.config.MemberTimeout)
	defer cancel()
	hash := sha256.Sum256([]byte(cookie.Value))
	dead, err := v.config.DeadSessions.Dead(ctx, hex.EncodeToString(hash[:]))
	if err != nil {
		return errExpired().Because(err)
	}
	if dead {
		return errExpiredForGood()
	}
	return errExpired()
}

// successHeaders asks the client for a newer token, only where it may repeat
// the request: a known client does so at once.
func (v *Verifier) successHeaders(method string, key Key) http.Header {
	if (method != http.MethodGet && method != http.MethodHead) || !v.config.Keys.Superseded(key) {
		return nil
	}
	return http.Header{HeaderRefreshNeeded: {yes}}
}
