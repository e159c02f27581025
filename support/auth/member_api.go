package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// The paths of member's internal endpoints that MemberAPI asks.
const (
	PathIntrospect   = "/internal/tokens/introspect"
	PathRefreshState = "/internal/sessions/refresh-state"
)

// HeaderInternalToken carries the fleet's own credential.
const HeaderInternalToken = "X-Internal-Token"

// IntrospectRequest asks whether a token is still good.
type IntrospectRequest struct {
	TokenID   string `json:"jti"`
	SessionID int64  `json:"sid"`
	MemberID  int64  `json:"memberId"`
}

// IntrospectAnswer is the data of the answer.
type IntrospectAnswer struct {
	Active *bool `json:"active"`
}

// RefreshStateRequest asks about the session of a refresh token, by the
// SHA-256 of the token in lower-case hex.
type RefreshStateRequest struct {
	TokenHash string `json:"refreshTokenHash"`
}

// RefreshStateAnswer is the data of the answer.
type RefreshStateAnswer struct {
	Dead *bool `json:"dead"`
}

var errNoAnswer = errors.New("auth: member gave no answer")

// MemberAPI asks member. It is an Introspector and a DeadSessions. It has no
// deadline of its own: Verifier gives one.
type MemberAPI struct {
	// BaseURL is member's, without a trailing slash.
	BaseURL string
	// InternalToken is the fleet's credential.
	InternalToken string
	Client        *http.Client
}

// Introspect implements Introspector.
func (m MemberAPI) Introspect(ctx context.Context, caller Caller) (bool, error) {
	var answer IntrospectAnswer
	err := m.ask(ctx, PathIntrospect, IntrospectRequest{TokenID: caller.TokenID, SessionID: caller.SessionID, MemberID: caller.MemberID}, &answer)
	return said(answer.Active, err)
}

// Dead implements DeadSessions.
func (m MemberAPI) Dead(ctx context.Context, tokenHash string) (bool, error) {
	var answer RefreshStateAnswer
	err := m.ask(ctx, PathRefreshState, RefreshStateRequest{TokenHash: tokenHash}, &answer)
	return said(answer.Dead, err)
}

// said is the answer, which has to be one: a body without the member says nothing.
func said(answer *bool, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	if answer == nil {
		return false, errNoAnswer
	}
	return *answer, nil
}

func (m MemberAPI) ask(ctx context.Context, path string, question, data any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("ask member %s: %w", path, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask member %s: %w", path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(HeaderInternalToken, m.InternalToken)
	request.Header["Idempotency-Key"] = nil // net/http's mark of a question, which may be repeated; not sent
	response, err := m.Client.Do(request)
	if err != nil {
		return fmt.Errorf("ask member %s: %w", path, err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask member %s: status %d: %w", path, response.StatusCode, errNoAnswer)
	}
	const longest = 64 << 10
	envelope := struct {
		Data any `json:"data"`
	}{data}
	if err := json.NewDecoder(io.LimitReader(response.Body, longest)).Decode(&envelope); err != nil {
		return fmt.Errorf("ask member %s: %w", path, err)
	}
	return nil
}
