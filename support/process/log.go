package process

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

type attrsKey struct{}

// WithLogAttrs returns a context whose log lines all carry attrs (request id,
// member id, trace id) beside those that it already has.
func WithLogAttrs(ctx context.Context, attrs ...slog.Attr) context.Context {
	had, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	all := make([]slog.Attr, 0, len(had)+len(attrs))
	return context.WithValue(ctx, attrsKey{}, append(append(all, had...), attrs...))
}

// NewLogger writes JSON lines to w: time, level, msg, service, and the
// attributes of the context (see WithLogAttrs). level is debug, info, warn or
// error. E-mail addresses, tokens and passwords in texts and errors are written
// as ***: a net under those who log, not a leave to log them.
func NewLogger(w io.Writer, service, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		return nil, fmt.Errorf("log level %q: %w", level, err)
	}
	json := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})
	return slog.New(contextHandler{json}).With("service", service), nil
}

// contextHandler adds the context's attributes, and redacts here rather than by
// ReplaceAttr, which makes a line a third dearer where nothing is to be hidden.
type contextHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h contextHandler) Handle(ctx context.Context, record slog.Record) error {
	if attrs, ok := ctx.Value(attrsKey{}).([]slog.Attr); ok {
		record.AddAttrs(attrs...)
	}
	return h.Handler.Handle(ctx, redactRecord(record))
}

// WithAttrs implements slog.Handler.
func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(redactAttrs(attrs))}
}

// WithGroup implements slog.Handler.
func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}
