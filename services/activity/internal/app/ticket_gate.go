package app

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/redistickets"
	"github.com/dailyfeed/dailyfeed/support/auth"
)

// ticketGate checks tokens, and on the stream tickets in their place. It
// implements httpserver.Authenticator.
type ticketGate struct {
	verifier *auth.Verifier
	tickets  *redistickets.Tickets
}

// Authenticate implements httpserver.Authenticator. What a ticket stands for is
// checked like any token.
func (g ticketGate) Authenticate(ctx context.Context, r *http.Request) (context.Context, http.Header, error) {
	if slices.Contains(httpapi.StreamPaths(), strings.TrimSuffix(r.URL.Path, "/")) {
		if err := g.tickets.Redeem(ctx, r); err != nil {
			return nil, nil, err
		}
	}
	return g.verifier.Authenticate(ctx, r)
}

// isStillValid checks the token of a request that was let in again.
func (g ticketGate) isStillValid(ctx context.Context, r *http.Request) bool {
	_, _, err := g.verifier.Authenticate(ctx, r)
	return err == nil
}
