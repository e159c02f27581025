package process

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Secret is a setting that prints as ***: in logs, in %v and in JSON.
type Secret string

// Format implements fmt.Formatter: every verb writes ***.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "***") }

// String implements fmt.Stringer, for those who do not go through fmt.
func (Secret) String() string { return "***" }

// MarshalText implements encoding.TextMarshaler, which slog and JSON use.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Checked is implemented by settings that have rules beyond the type of each
// field. Check reports all that are broken, joined.
type Checked interface{ Check() error }

// Load reads T from environ by its `env` tags (see caarlos0/env). All faults
// are reported at once: missing and malformed values, then those of Check.
func Load[T any](environ Environ) (T, error) {
	var settings T
	err := env.ParseWithOptions(&settings, env.Options{Environment: environ.asMap()})
	if err != nil {
		return settings, fmt.Errorf("%w: settings: %w", ErrUsage, flatten(reflect.TypeFor[T](), err))
	}
	if c, ok := any(&settings).(Checked); ok {
		if err := c.Check(); err != nil {
			return settings, fmt.Errorf("%w: settings: %w", ErrUsage, err)
		}
	}
	return settings, nil
}

func flatten(settings reflect.Type, err error) error {
	many, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return err
	}
	faults := make([]error, len(many.Errors))
	for i, fault := range many.Errors {
		faults[i] = inWords(settings, fault)
	}
	return errors.Join(faults...)
}

// inWords names the variable where env names the field that it is read into.
func inWords(settings reflect.Type, err error) error {
	malformed, ok := errors.AsType[env.ParseError](err)
	if !ok {
		return err
	}
	for _, field := range reflect.VisibleFields(settings) {
		if name, _, _ := strings.Cut(field.Tag.Get("env"), ","); name != "" && field.Name == malformed.Name && field.Type == malformed.Type {
			return fmt.Errorf("%s: %w", name, malformed.Err)
		}
	}
	return err
}

func (e Environ) asMap() map[string]string {
	m := make(map[string]string, len(e))
	for _, line := range e {
		if name, value, ok := strings.Cut(line, "="); ok && value != "" {
			m[name] = value
		}
	}
	return m
}
