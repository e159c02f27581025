package serviceclient

import (
	"context"
	"io"
	"net/http"
)

// readyPath is where every service says whether it can serve (spec 12).
const readyPath = "/healthcheck/ready"

// atHome sends what goes to the first address of a target to any of them, and
// the rest where it says.
type atHome struct {
	*Replicas
	host string
}

// RoundTrip implements http.RoundTripper.
func (h *atHome) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != h.host {
		return h.next.RoundTrip(r)
	}
	return h.Replicas.RoundTrip(r)
}

// isReady asks whether any replica can serve. It is no call: nothing counts it.
func (t *Transport) isReady(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.home.Base()+readyPath, http.NoBody)
	if err != nil {
		return false
	}
	response, err := t.pool.RoundTrip(r)
	if err != nil {
		return false
	}
	const most = 4 << 10
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, most))
	return response.Body.Close() == nil && err == nil && response.StatusCode == http.StatusOK
}
