package guard_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// account is a member with what a login left at its client.
type account struct {
	id            int64
	email, handle string
	session       int64
	token         string
	refresh       string
	device        string
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	raw    []byte
	Code   string          `json:"code"`
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Field string `json:"field"`
	} `json:"errors"`
}

func (a answer) cookie(name string) string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// call sends a request and wants an answer, whatever it is.
func call(t testing.TB, method, url, body string, headers ...string) answer {
	t.Helper()
	got, err := try(t.Context(), method, url, body, headers...)
	require.NoError(t, err)
	return got
}

// try is call for goroutines. An answer that is no JSON has no code.
func try(ctx context.Context, method, url, body string, headers ...string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	got := answer{status: response.StatusCode, header: response.Header, raw: raw}
	_ = json.NewDecoder(bytes.NewReader(raw)).Decode(&got)
	return got, nil
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// member is where a replica of member listens.
func member(t testing.TB, replica int) string {
	t.Helper()
	urls := stateOf(t).URLs
	if url := urls["member-2"]; replica == 1 && url != "" {
		return url
	}
	return urls["member"]
}

func unique() string { return strings.ToLower(rand.Text()[:14]) }

// newAccount signs up and logs in, through the edge.
func newAccount(t testing.TB) *account {
	t.Helper()
	a := &account{handle: "g" + unique()}
	a.email = a.handle + mailDomain
	body := fmt.Sprintf(`{"email":%q,"password":%q,"memberName":"문지기","handle":%q,"gender":"OTHER","countryCode":"KR","bio":%q}`, a.email, password, a.handle, canary)
	got := call(t, http.MethodPost, stateOf(t).Edge+"/api/authentication/signup", body)
	require.Equal(t, http.StatusCreated, got.status, "%s", got.raw)
	a.logIn(t)
	awake.Do(func() {
		require.Eventually(t, func() bool { return everywhere(t.Context(), stateOf(t).URLs, a.token, "") == nil }, 2*settle, tick)
	})
	return a
}

// awake is done once every service has member's keys: one that began before
// member was there asks for them again after a pause.
var awake sync.Once

// logIn opens a session.
func (a *account) logIn(t testing.TB, headers ...string) {
	t.Helper()
	got := call(t, http.MethodPost, stateOf(t).Edge+"/api/authentication/login", loginBody(a.email, password), headers...)
	require.Equal(t, http.StatusOK, got.status, "%s", got.raw)
	a.take(t, got)
}

func loginBody(email, password string) string {
	return fmt.Sprintf(`{"email":%q,"password":%q}`, email, password)
}

// take keeps what a login or a refresh hands out, as the frontend does.
func (a *account) take(t testing.TB, got answer) {
	t.Helper()
	token, found := strings.CutPrefix(got.header.Get("Authorization"), "Bearer ")
	require.True(t, found)
	a.token = token
	claims := claimsOf(t, token)
	a.id, a.session = claims.MemberID, claims.SessionID
	if value := got.cookie("refresh_token"); value != "" {
		a.refresh = value
	}
	if value := got.cookie("device"); value != "" {
		a.device = value
	}
}

type tokenClaims struct {
	MemberID  int64  `json:"memberId"`
	SessionID int64  `json:"sid"`
	TokenID   string `json:"jti"`
	ExpiresAt int64  `json:"exp"`
}

func claimsOf(t testing.TB, token string) (claims tokenClaims) {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(payload, &claims))
	return claims
}
