package rest

import (
	"fmt"
	"net/url"
	"strings"
)

// Path puts values, escaped, into the %s of format.
func Path(format string, values ...any) string {
	escaped := make([]any, len(values))
	for i, value := range values {
		escaped[i] = url.PathEscape(fmt.Sprint(value))
	}
	return fmt.Sprintf(format, escaped...)
}

// Add adds a parameter.
func Add[T any](query url.Values, name string, value T) {
	query.Add(name, fmt.Sprint(value))
}

// AddOptional adds a parameter unless it is nil.
func AddOptional[T any](query url.Values, name string, value *T) {
	if value != nil {
		Add(query, name, *value)
	}
}

// AddList adds a parameter of several values, separated by commas, unless
// there is none.
func AddList[T any](query url.Values, name string, values []T) {
	if len(values) == 0 {
		return
	}
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	query.Add(name, strings.Join(texts, ","))
}
