package serviceclient

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// attempt sends the request once and reads the whole answer.
func (t *Transport) attempt(ctx context.Context, r *http.Request) (response *http.Response, err error) {
	attemptCtx, cancel := context.WithTimeout(ctx, t.profile.Retry.AttemptTimeout)
	defer cancel()
	sent := r.Clone(attemptCtx)
	if r.GetBody != nil {
		if sent.Body, err = r.GetBody(); err != nil {
			return nil, fmt.Errorf("copy request body: %w", err)
		}
	}
	begin := t.now()
	response, err = t.base.RoundTrip(sent)
	if err == nil {
		err = t.readWhole(response)
	}
	if err != nil && ctx.Err() == nil && attemptCtx.Err() != nil {
		err = ErrAttemptTimeout // and not a deadline of the caller's, as it would read
	}
	if err != nil {
		return nil, err
	}
	if !isFailure(response) {
		t.usual.add(t.now().Sub(begin))
	}
	return response, nil
}

// readWhole replaces the body by a copy in memory and frees the connection.
func (t *Transport) readWhole(response *http.Response) error {
	defer response.Body.Close() //nolint:errcheck // it was read to its end, or is given up
	body, err := io.ReadAll(io.LimitReader(response.Body, t.profile.MaxBody+1))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if int64(len(body)) > t.profile.MaxBody {
		return ErrBodyTooLarge
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// isFailure says whether an answer counts against its sender.
func isFailure(response *http.Response) bool {
	return response.StatusCode >= http.StatusInternalServerError
}
