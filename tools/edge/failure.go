package edge

import (
	"encoding/json"
	"net/http"

	"golang.org/x/text/language"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// failureEnvelope is the contract's answer of a failure.
type failureEnvelope struct {
	StatusCode int    `json:"statusCode"`
	ResultCode string `json:"resultCode"`
	Code       string `json:"code"`
	Message    string `json:"message"`
	Path       string `json:"path"`
	RequestID  string `json:"requestId"`
}

func notFound(w http.ResponseWriter, r *http.Request) {
	fail(w, r, http.StatusNotFound, apierr.CodeNotFound)
}

func unavailable(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	fail(w, r, http.StatusServiceUnavailable, apierr.CodeServiceUnavailable)
}

func deadlineExceeded(w http.ResponseWriter, r *http.Request) {
	fail(w, r, http.StatusGatewayTimeout, apierr.CodeDeadlineExceeded)
}

func fail(w http.ResponseWriter, r *http.Request, status int, code *apierr.Code) {
	id := r.Header.Get(requestIDHeader)
	body, err := json.Marshal(failureEnvelope{
		StatusCode: status, ResultCode: "FAIL", Code: code.Name(), Message: code.Message(wantsEnglish(r)),
		Path: r.URL.EscapedPath(), RequestID: id,
	})
	if err != nil { // cannot be: six texts and numbers
		body = nil
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set(requestIDHeader, id)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away
}

var languages = language.NewMatcher([]language.Tag{language.Korean, language.English})

func wantsEnglish(r *http.Request) bool {
	_, index := language.MatchStrings(languages, r.Header.Get("Accept-Language"))
	return index == 1
}
