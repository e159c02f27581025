package httpserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	bodyKey  = "dailyfeed.body"
	maxDepth = 32
)

var (
	errNullBody   = errors.New("body is null or empty")
	errDeep       = fmt.Errorf("body nests deeper than %d", maxDepth)
	errMoreValues = errors.New("body holds more than one value")
)

// Bind reads the request's JSON body into target, whatever its content type.
// Strict: one value, no duplicate names, valid UTF-8, nesting to 32. Unknown
// properties are ignored. Anything else is CodeMalformedRequest.
func Bind(c *gin.Context, target any) error {
	body, _ := c.Get(bodyKey)
	raw, _ := body.([]byte)
	if err := checkShape(raw); err != nil {
		return apierr.CodeMalformedRequest.Wrap(err)
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return apierr.CodeMalformedRequest.Wrap(fmt.Errorf("decode body: %w", err))
	}
	return nil
}

// checkShape walks the tokens once: what json.Unmarshal would accept beyond
// the contract is refused here.
func checkShape(raw []byte) error {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || string(trimmed) == "null" {
		return errNullBody
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(raw))
	for {
		if _, err := decoder.ReadToken(); err != nil {
			return fmt.Errorf("read body: %w", err)
		}
		depth := decoder.StackDepth()
		if depth > maxDepth {
			return errDeep
		}
		if depth == 0 {
			break
		}
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errMoreValues
	}
	return nil
}

// readBody reads the whole body once, so that it can be hashed and bound.
func (s *Server) readBody(c *gin.Context) ([]byte, error) {
	reader := http.MaxBytesReader(c.Writer, c.Request.Body, s.config.MaxBody)
	raw, err := io.ReadAll(reader)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, apierr.CodePayloadTooLarge.Wrap(err)
	case err != nil:
		return nil, apierr.CodeMalformedRequest.Wrap(fmt.Errorf("read body: %w", err))
	}
	c.Set(bodyKey, raw)
	return raw, nil
}
