package process_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

// logged is the only line that write writes, decoded.
func logged(t *testing.T, write func(log *slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	log, err := process.NewLogger(&out, "content", "info")
	require.NoError(t, err)
	write(log)
	line := map[string]any{}
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), out.String())
	return line
}

func TestLogLinesCarryServiceAndTheContextsAttributes(t *testing.T) {
	t.Parallel()
	ctx := process.WithLogAttrs(t.Context(), slog.String("request_id", "r1"))
	inner := process.WithLogAttrs(ctx, slog.Int64("member_id", 7))
	line := logged(t, func(log *slog.Logger) { log.With("part", "x").InfoContext(inner, "hello", "n", 1) })
	delete(line, "time")
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "hello", "service": "content", "part": "x", "n": 1.0, "request_id": "r1", "member_id": 7.0,
	}, line)
	line = logged(t, func(log *slog.Logger) { log.InfoContext(ctx, "outer") })
	require.NotContains(t, line, "member_id", "the outer context is as it was")
}

func TestLogLevelIsOneOfFour(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"debug", "info", "warn", "error", "INFO"} {
		_, err := process.NewLogger(nil, "content", level)
		require.NoError(t, err)
	}
	_, err := process.NewLogger(nil, "content", "loud")
	require.ErrorContains(t, err, `log level "loud"`)
}

func TestLogLinesHideWhatMustNotBeLogged(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"no account of kim.lee+a@example.co.kr here":                  "no account of ***@*** here",
		"Duplicate entry 'it's kim' for key 'uq_member_emails_email'": "Duplicate entry '***' for key 'uq_member_emails_email'",
		"Authorization: Bearer abc.def":                               "Authorization: Bearer ***",
		"bearer  x y":                                                 "bearer *** y",
		"token eyJhbGciOiJFUzI1NiJ9.eyJpZCI6N30.c2ln is expired":      "token *** is expired",
		"dial dailyfeed:s3cret@tcp(10.0.0.1:3306)/dailyfeed":          "dial ***@tcp(10.0.0.1:3306)/dailyfeed",
		"redis://:pw@cache:6379":                                      "redis://***@cache:6379",
		"dial tcp 127.0.0.1:3306: connect: connection refused":        "dial tcp 127.0.0.1:3306: connect: connection refused",
		"/go/pkg/mod/github.com/gin-gonic/gin@v1.12.0/gin.go:7":       "/go/pkg/mod/github.com/gin-gonic/gin@v1.12.0/gin.go:7",
		"GET /api/members/profile/@kim":                               "GET /api/members/profile/@kim",
	} {
		line := logged(t, func(log *slog.Logger) {
			log.Info(text, "text", text, "error", fmt.Errorf("find: %w", errors.New(text)))
		})
		require.Equal(t, want, line["msg"])
		require.Equal(t, want, line["text"])
		require.Equal(t, "find: "+want, line["error"])
	}
}

type handle string

func (h handle) LogValue() slog.Value { return slog.StringValue("of " + string(h)) }

func TestLogLinesHideItWhereverItStands(t *testing.T) {
	t.Parallel()
	const mail, hidden = "kim@example.com", "***@***"
	line := logged(t, func(log *slog.Logger) {
		log.With("always", mail).WithGroup("inner").Info("x", "value", handle(mail), slog.Group("deeper", "n", 1, "text", mail))
	})
	require.Equal(t, hidden, line["always"])
	require.Equal(t, map[string]any{"value": "of " + hidden, "deeper": map[string]any{"n": 1.0, "text": hidden}}, line["inner"])
	ctx := process.WithLogAttrs(t.Context(), slog.String("of_context", mail))
	line = logged(t, func(log *slog.Logger) { log.InfoContext(ctx, "x") })
	require.Equal(t, hidden, line["of_context"])
}
