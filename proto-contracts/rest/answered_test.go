package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
)

func TestErrorsTellWhatWasAnswered(t *testing.T) {
	t.Parallel()
	for body, code := range map[string]string{
		`{"statusCode":401,"resultCode":"FAIL","code":"JWT_EXPIRED","message":"x","path":"/","requestId":"r"}`: "JWT_EXPIRED",
		"<html>proxy</html>": "",
	} {
		server, _ := serve(t, http.StatusUnauthorized, body)
		_, err := contentrest.NewClient(server.URL, server.Client()).LikePost(t.Context(), 7)
		var answer interface {
			error
			Answered() (status int, code string, header http.Header)
		}
		require.ErrorAs(t, err, &answer)
		status, got, header := answer.Answered()
		require.Equal(t, http.StatusUnauthorized, status)
		require.Equal(t, code, got)
		require.Equal(t, "r-1", header.Get("X-Request-Id"))
	}
}
