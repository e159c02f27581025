package process

import (
	"log/slog"
	"regexp"
	"strings"
)

// Personal data and credentials reach a log line by accident, inside the text
// of an error: a driver quotes the value that was taken, a client the address
// that it could not reach. Each rule is tried only where its mark is in the text.
var redactions = []struct {
	mark    string
	form    *regexp.Regexp
	instead string
}{
	{"Duplicate entry '", regexp.MustCompile(`(?s)Duplicate entry '.*' for key`), "Duplicate entry '***' for key"},
	{"eyJ", regexp.MustCompile(`eyJ[\w-]+\.[\w-]+(\.[\w-]*)?`), "***"},
	{"earer ", regexp.MustCompile(`([Bb]earer) +\S+`), "$1 ***"},
	{"@", regexp.MustCompile(`[^\s"'/@:(]*:[^\s"'/@]+@`), "***@"},                          // user:password@host
	{"@", regexp.MustCompile(`[\pL\d._%+-]+@[\pL\d-]+(\.[\pL\d-]+)*\.\pL{2,}`), "***@***"}, // e-mail
}

// redact is text without what must not be logged.
func redact(text string) string {
	for _, r := range redactions {
		if strings.Contains(text, r.mark) {
			text = r.form.ReplaceAllString(text, r.instead)
		}
	}
	return text
}

// redactRecord is record without what must not be logged; the same one where it
// has nothing of that, as nearly all.
func redactRecord(record slog.Record) slog.Record {
	record.Message = redact(record.Message)
	clean := true
	record.Attrs(func(attr slog.Attr) bool {
		_, clean = redactAttr(attr)
		return clean
	})
	if clean {
		return record
	}
	redacted := slog.NewRecord(record.Time, record.Level, record.Message, record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		attr, _ = redactAttr(attr)
		redacted.AddAttrs(attr)
		return true
	})
	return redacted
}

func redactAttrs(attrs []slog.Attr) []slog.Attr {
	redacted := make([]slog.Attr, len(attrs))
	for i, attr := range attrs {
		redacted[i], _ = redactAttr(attr)
	}
	return redacted
}

// redactAttr cleans texts and errors, also within groups; numbers and times pass.
// clean is true where attr is as it was.
func redactAttr(attr slog.Attr) (redacted slog.Attr, clean bool) {
	value := attr.Value.Resolve()
	clean = attr.Value.Kind() != slog.KindLogValuer
	switch value.Kind() {
	case slog.KindString:
		text := redact(value.String())
		clean = clean && text == value.String()
		attr.Value = slog.StringValue(text)
	case slog.KindGroup:
		attr.Value, clean = slog.GroupValue(redactAttrs(value.Group())...), false
	case slog.KindAny:
		if err, ok := value.Any().(error); ok {
			attr.Value, clean = slog.StringValue(redact(err.Error())), false
		}
	default: // holds no text
	}
	return attr, clean
}
