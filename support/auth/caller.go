package auth

import (
	"context"
	"time"
)

// Caller is who a checked token speaks for.
type Caller struct {
	MemberID int64
	// SessionID is the login that the token came from; ids grow with time.
	SessionID int64
	// TokenID is the claim jti.
	TokenID   string
	Roles     []string
	ExpiresAt time.Time
}

type callerKey struct{}

// WithCaller returns a context whose caller is c.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller that Authenticate found; ok is false on a route
// that is public.
func CallerFrom(ctx context.Context) (c Caller, ok bool) {
	c, ok = ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// CallerID is the id of the member that calls; 0 on a route that is public.
func CallerID(ctx context.Context) int64 {
	caller, _ := CallerFrom(ctx)
	return caller.MemberID
}
