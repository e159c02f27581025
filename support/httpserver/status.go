package httpserver

import (
	"net/http"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// statusOf is the only table from a kind of failure to an HTTP status.
func statusOf(kind apierr.Kind) int {
	switch kind {
	case apierr.Invalid:
		return http.StatusBadRequest
	case apierr.Unauthenticated:
		return http.StatusUnauthorized
	case apierr.Forbidden:
		return http.StatusForbidden
	case apierr.NotFound:
		return http.StatusNotFound
	case apierr.MethodNotAllowed:
		return http.StatusMethodNotAllowed
	case apierr.InProgress:
		return http.StatusConflict
	case apierr.TooLarge:
		return http.StatusRequestEntityTooLarge
	case apierr.UnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case apierr.KeyReused:
		return http.StatusUnprocessableEntity
	case apierr.TooMany:
		return http.StatusTooManyRequests
	case apierr.Unavailable:
		return http.StatusServiceUnavailable
	case apierr.DeadlineExceeded:
		return http.StatusGatewayTimeout
	case apierr.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}
