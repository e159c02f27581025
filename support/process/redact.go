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

// redactAttr cleans texts and errors; numbers, times and groups pass.
func redactAttr(_ []string, attr slog.Attr) slog.Attr {
	switch value := attr.Value; value.Kind() {
	case slog.KindString:
		attr.Value = slog.StringValue(redact(value.String()))
	case slog.KindAny:
		if err, ok := value.Any().(error); ok {
			attr.Value = slog.StringValue(redact(err.Error()))
		}
	default: // holds no text
	}
	return attr
}
