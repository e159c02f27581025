package imageapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/imageapi"
)

func TestImageIsAskedByItsContract(t *testing.T) {
	t.Parallel()
	status, answer := http.StatusOK, `{"status":200,"result":"SUCCESS","data":true}`
	var body, credential string
	image := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body, credential = string(raw), r.Header.Get("X-Internal-Token")
		for name, value := range map[string]string{
			"Content-Type": "application/json", "X-Request-Id": "r", "X-Content-Type-Options": "nosniff", "Retry-After": "1",
		} {
			if name != "Retry-After" || status != http.StatusOK {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(image.Close)
	client := &http.Client{Transport: contracttest.Transport(t, contracttest.MustParse(imagerest.Document()), http.DefaultTransport)}
	pictures := imageapi.New(image.URL, client, "secret")
	require.NoError(t, pictures.DeleteImages(t.Context(), 7, []string{"/api/proxy/images/view/a"}))
	require.JSONEq(t, `{"memberId":7,"imageUrls":["/api/proxy/images/view/a"]}`, body)
	require.Equal(t, "secret", credential)
	status = http.StatusServiceUnavailable
	answer = `{"statusCode":503,"resultCode":"FAIL","code":"SERVICE_UNAVAILABLE","message":"x","path":"/internal/images/delete","requestId":"r"}`
	require.Error(t, pictures.DeleteImages(t.Context(), 7, []string{"x"}))
}
