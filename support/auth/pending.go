package auth

import (
	"context"
	"net/http"
)

// Pending is a proven token of which it is not known yet whether it was revoked:
// its handler reads Keys along with its own data, in one round trip, and must
// Settle before it answers.
type Pending struct {
	verifier *Verifier
	caller   Caller
}

type pendingKey struct{}

// PendingFrom returns what a Prover left in ctx; ok is false on any other route.
func PendingFrom(ctx context.Context) (pending *Pending, ok bool) {
	pending, ok = ctx.Value(pendingKey{}).(*Pending)
	return pending, ok
}

// Keys are the Redis keys whose values Settle wants, in this order.
func (p *Pending) Keys() []string { return revocationKeys(p.caller) }

// Settle decides by the values of Keys, nil for an absent one; cause is why they
// could not be read. It fails with CodeTokenRevoked, or with
// CodeServiceUnavailable where neither the values nor member can say.
func (p *Pending) Settle(ctx context.Context, values []*string, cause error) error {
	found, err := readStanding(p.caller, values, cause)
	return p.verifier.judge(ctx, p.caller, found, err)
}

// Check settles with a round trip of its own, as Authenticate does.
func (p *Pending) Check(ctx context.Context) error { return p.verifier.checkRevoked(ctx, p.caller) }

// Prover authenticates all but revocation, for routes whose handlers settle it.
// It satisfies httpserver.Authenticator.
type Prover struct{ verifier *Verifier }

// Prover leaves revocation to the handlers of its routes.
func (v *Verifier) Prover() Prover { return Prover{v} }

// Authenticate is Verifier.Authenticate without the look for revocations; the
// context that it returns carries a Pending beside the Caller.
func (p Prover) Authenticate(ctx context.Context, r *http.Request) (context.Context, http.Header, error) {
	caller, headers, err := p.verifier.proveRequest(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	ctx = context.WithValue(WithCaller(ctx, caller), pendingKey{}, &Pending{verifier: p.verifier, caller: caller})
	return ctx, headers, nil
}
