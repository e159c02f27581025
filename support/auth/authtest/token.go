package authtest

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

// Option changes the token that Issuer.Token makes.
type Option func(*order)

type order struct {
	claims auth.Claims
	signer Signer
}

// Session puts the token into a session; without it each token has its own.
func Session(id int64) Option { return func(o *order) { o.claims.SessionID = id } }

// TokenID sets the claim jti.
func TokenID(id string) Option { return func(o *order) { o.claims.TokenID = id } }

// Roles sets the claim roles; without it they are MEMBER.
func Roles(roles ...string) Option { return func(o *order) { o.claims.Roles = roles } }

// SignedWith signs with another key than the newest.
func SignedWith(signer Signer) Option { return func(o *order) { o.signer = signer } }

// Expired lets the token end a minute ago.
func Expired() Option {
	return func(o *order) {
		o.claims.ExpiresAt = o.claims.IssuedAt.Add(-time.Minute)
		o.claims.IssuedAt = o.claims.IssuedAt.Add(-time.Hour)
	}
}

// Life sets how long the token lives; without it two hours.
func Life(life time.Duration) Option {
	return func(o *order) { o.claims.ExpiresAt = o.claims.IssuedAt.Add(life) }
}

// Claims are what Token signs for memberID.
func (i *Issuer) Claims(memberID int64, options ...Option) auth.Claims {
	return i.order(memberID, options).claims
}

func (i *Issuer) order(memberID int64, options []Option) order {
	const life = 2 * time.Hour
	now := i.now().UTC().Truncate(time.Second)
	i.mu.Lock()
	i.nextID++
	session := i.nextID
	i.mu.Unlock()
	made := order{
		signer: i.Signer(),
		claims: auth.Claims{
			MemberID: memberID, SessionID: session, TokenID: rand.Text(), Roles: []string{"MEMBER"},
			IssuedAt: now, ExpiresAt: now.Add(life),
		},
	}
	for _, option := range options {
		option(&made)
	}
	return made
}

// Token is a signed access token of memberID, without the Bearer prefix.
func (i *Issuer) Token(memberID int64, options ...Option) string {
	i.t.Helper()
	made := i.order(memberID, options)
	token, err := auth.Sign(made.claims, made.signer.ID, made.signer.Private)
	require.NoError(i.t, err)
	return token
}

// Authorize puts a new token of memberID into r.
func (i *Issuer) Authorize(r *http.Request, memberID int64, options ...Option) {
	i.t.Helper()
	r.Header.Set("Authorization", "Bearer "+i.Token(memberID, options...))
}
