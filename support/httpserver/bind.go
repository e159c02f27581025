package httpserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	bodyKey  = "dailyfeed.body"
	maxDepth = 32
)

var (
	errNullBody    = errors.New("body is null or empty")
	errDeep        = fmt.Errorf("body nests deeper than %d", maxDepth)
	errMoreValues  = errors.New("body holds more than one value")
	errNullElement = errors.New("list holds null")
	errDecode      = errors.New("body does not decode")
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
	if err := json.Unmarshal(raw, target, strictLists); err != nil {
		return apierr.CodeMalformedRequest.Wrap(withoutValues(err))
	}
	return nil
}

// strictLists refuses null as an element of a list, which the decoder alone would
// take for an empty text, or for 0.
var strictLists = json.WithUnmarshalers(json.JoinUnmarshalers(
	json.UnmarshalFromFunc(listOf[string]), json.UnmarshalFromFunc(listOf[int64]),
))

func listOf[T any](decoder *jsontext.Decoder, list *[]T) error {
	if decoder.PeekKind() != '[' {
		return errors.ErrUnsupported // as ever: null is absent, all else is a wrong type
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err //nolint:wrapcheck // Bind says where
	}
	*list = []T{}
	for decoder.PeekKind() != ']' {
		if decoder.PeekKind() == 'n' {
			return errNullElement
		}
		var element T
		if err := json.UnmarshalDecode(decoder, &element); err != nil {
			return err //nolint:wrapcheck // Bind says where
		}
		*list = append(*list, element)
	}
	_, err := decoder.ReadToken()
	return err //nolint:wrapcheck // Bind says where
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
			return withoutValues(err)
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

// withoutValues says where and why a body does not decode. The decoder's own
// text quotes the body, which must not come into a log.
func withoutValues(err error) error {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		return fmt.Errorf("%w: %v for %v at byte %d", errDecode, semantic.JSONKind, semantic.GoType, semantic.ByteOffset)
	case errors.As(err, &syntactic):
		return fmt.Errorf("%w: broken at byte %d", errDecode, syntactic.ByteOffset)
	}
	return errDecode
}

// readBody reads the whole body once, so that it can be hashed and bound. It
// can be read again from the request.
func (s *Server) readBody(c *gin.Context) ([]byte, error) {
	raw, err := io.ReadAll(limited(c, s.config.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, apierr.CodePayloadTooLarge.Wrap(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, apierr.CodeDeadlineExceeded.Wrap(fmt.Errorf("read body: %w", err))
	case err != nil:
		return nil, apierr.CodeMalformedRequest.Wrap(fmt.Errorf("read body: %w", err))
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(raw))
	c.Set(bodyKey, raw)
	return raw, nil
}

// limited is the body of a request, of at most limit bytes. net/http is told of
// more by its own writer, not gin's around it, and then closes the connection
// instead of reading the rest.
func limited(c *gin.Context, limit int64) io.ReadCloser {
	var writer http.ResponseWriter = c.Writer
	for {
		wrapper, ok := writer.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return http.MaxBytesReader(writer, c.Request.Body, limit)
		}
		writer = wrapper.Unwrap()
	}
}
