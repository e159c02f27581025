package auth

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxJWKS = 1 << 20 // bytes; a key has about 220

// HTTPKeys is a KeySource that reads a JWKS document.
type HTTPKeys struct {
	// URL is where the document is.
	URL string
	// Client makes the request.
	Client *http.Client
}

// FetchKeys implements KeySource. maxAge is that of Cache-Control.
func (h HTTPKeys) FetchKeys(ctx context.Context) (keys []Key, maxAge time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch keys: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	// each on a connection of its own: behind a Service's address a kept one leads to
	// the same replica again, however wrong its answers are
	request.Close = true
	response, err := h.Client.Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch keys: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	document, err := io.ReadAll(io.LimitReader(response.Body, maxJWKS+1))
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("read keys: %w", err)
	case response.StatusCode != http.StatusOK:
		return nil, 0, fmt.Errorf("fetch keys: status %d", response.StatusCode)
	case len(document) > maxJWKS:
		return nil, 0, fmt.Errorf("read keys: %w: over %d bytes", ErrBadKeys, maxJWKS)
	}
	keys, err = DecodeKeys(document)
	return keys, maxAgeOf(response.Header.Get("Cache-Control")), err
}

func maxAgeOf(cacheControl string) time.Duration {
	for directive := range strings.SplitSeq(cacheControl, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		seconds, err := strconv.ParseUint(value, 10, 31)
		if strings.EqualFold(name, "max-age") && err == nil {
			return time.Duration(seconds) * time.Second
		}
	}
	return 0
}
