package auth_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

func TestMemberIsAskedByItsInternalEndpoints(t *testing.T) {
	t.Parallel()
	var path, body, credential string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		path, body, credential = r.Method+" "+r.URL.Path, string(raw), r.Header.Get("X-Internal-Token")
		_, _ = w.Write([]byte(`{"status":200,"result":"SUCCESS","data":{"active":true,"dead":true}}`))
	}))
	t.Cleanup(server.Close)
	member := auth.MemberAPI{BaseURL: server.URL, InternalToken: "secret", Client: server.Client()}

	active, err := member.Introspect(context.Background(), auth.Caller{MemberID: 42, SessionID: 7, TokenID: "jti-1"})
	require.NoError(t, err)
	require.True(t, active)
	require.Equal(t, "POST /internal/tokens/introspect", path)
	require.Equal(t, `{"jti":"jti-1","sid":7,"memberId":42}`, body)
	require.Equal(t, "secret", credential)

	dead, err := member.Dead(context.Background(), "abc")
	require.NoError(t, err)
	require.True(t, dead)
	require.Equal(t, "POST /internal/sessions/refresh-state", path)
	require.Equal(t, `{"refreshTokenHash":"abc"}`, body)
}

func TestAnythingButAClearAnswerIsAnError(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{
		``: 200, `{}`: 200, `{"data":null}`: 200, `{"data":{}}`: 200, `{"data":{"active":null}}`: 200, `{"data":{"active":"true"}}`: 200, `{"active":true}`: 200,
		`{"data":{"active":true}}`: 404, `{"data":{"active":true} }`: 500, `{"data":{"active":false}}`: 401,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		_, err := auth.MemberAPI{BaseURL: server.URL, Client: server.Client()}.Introspect(context.Background(), auth.Caller{})
		server.Close()
		require.Error(t, err, "%d %s", status, body)
	}
}
