package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	issuer   = "dailyfeed"
	maxRoles = 32
	// clockSkew is how far ahead of ours the clock of member may be.
	clockSkew = time.Minute
)

var errClaims = errors.New("auth: claims break a rule")

// Claims are what an access token says. All of it is required. Times are to
// the second.
type Claims struct {
	MemberID  int64
	SessionID int64
	// TokenID is 1–128 of A–Z a–z 0–9 . _ ~ - and unique (a UUID).
	TokenID   string
	Roles     []string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// wireClaims is the payload in the order that it is written.
type wireClaims struct {
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	Subject   string   `json:"sub"`
	ID        int64    `json:"id"`
	MemberID  int64    `json:"memberId"`
	TokenID   string   `json:"jti"`
	SessionID int64    `json:"sid"`
	Roles     []string `json:"roles"`
	IssuedAt  int64    `json:"iat"`
	ExpiresAt int64    `json:"exp"`
}

func (c Claims) encode() ([]byte, error) {
	payload, err := json.Marshal(wireClaims{
		Issuer: issuer, Audience: issuer, Subject: strconv.FormatInt(c.MemberID, 10),
		ID: c.MemberID, MemberID: c.MemberID, TokenID: c.TokenID, SessionID: c.SessionID,
		Roles: append([]string{}, c.Roles...), IssuedAt: c.IssuedAt.Unix(), ExpiresAt: c.ExpiresAt.Unix(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	return payload, nil
}

// readClaims reads a payload whose signature held, and checks everything but
// whether it has expired. Members that it does not know are ignored, so that
// member may add one while old readers run.
func readClaims(payload []byte, now time.Time) (Claims, error) {
	members, err := readObject(payload)
	if err != nil {
		return Claims{}, err
	}
	claims, broken := claimsOf(members)
	if broken == "" {
		broken = claims.brokenTime(members, now)
	}
	if broken != "" {
		return Claims{}, fmt.Errorf("%w: %s", errClaims, broken)
	}
	return claims, nil
}

// claimsOf takes the claims out of a payload; broken names the first that is
// missing, of another type, or contradicts another.
func claimsOf(members object) (claims Claims, broken string) {
	for _, name := range []string{"iss", "aud"} {
		if members.text(name) != issuer {
			return Claims{}, name
		}
	}
	var numbers [5]int64
	for i, name := range []string{"id", "memberId", "sid", "iat", "exp"} {
		value, ok := members.integer(name)
		if !ok {
			return Claims{}, name
		}
		numbers[i] = value
	}
	claims = Claims{
		MemberID: numbers[1], SessionID: numbers[2],
		IssuedAt: time.Unix(numbers[3], 0).UTC(), ExpiresAt: time.Unix(numbers[4], 0).UTC(),
	}
	if numbers[0] != claims.MemberID {
		return Claims{}, "id"
	}
	if members.text("sub") != strconv.FormatInt(claims.MemberID, 10) {
		return Claims{}, "sub"
	}
	if claims.TokenID = members.text("jti"); !idForm.MatchString(claims.TokenID) {
		return Claims{}, "jti"
	}
	var ok bool
	if claims.Roles, ok = members.texts("roles"); !ok || len(claims.Roles) > maxRoles {
		return Claims{}, "roles"
	}
	return claims, ""
}

// brokenTime names the claim that says the token is not from now; nbf is not
// ours, but where it is there it counts.
func (c Claims) brokenTime(members object, now time.Time) string {
	latest := now.Add(clockSkew)
	if c.IssuedAt.After(latest) {
		return "iat"
	}
	if !c.ExpiresAt.After(c.IssuedAt) {
		return "exp"
	}
	if _, given := members["nbf"]; given {
		notBefore, ok := members.integer("nbf")
		if !ok || time.Unix(notBefore, 0).After(latest) {
			return "nbf"
		}
	}
	return ""
}

func (c Claims) expired(now time.Time) bool { return !now.Before(c.ExpiresAt) }

func (c Claims) caller() Caller {
	return Caller{MemberID: c.MemberID, SessionID: c.SessionID, TokenID: c.TokenID, Roles: c.Roles, ExpiresAt: c.ExpiresAt}
}
