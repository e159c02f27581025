package apierr

import (
	"errors"
	"maps"
	"time"
)

// Error is a failure that may be told to a caller: its code, and for the log
// its cause.
type Error struct {
	// Code is never nil in an Error that this package made.
	Code *Code
	// Cause is what went wrong underneath, nil where the rule itself is the reason.
	Cause error
	// Violations are the broken rules of a ValidationFailed, in the order of the fields.
	Violations []Violation
	// RetryAfter is how long to wait before trying again; 0 where it is not told.
	// It is rounded up to whole seconds on the wire.
	RetryAfter time.Duration
	// Headers are response headers that belong to this failure, such as
	// X-Relogin-Required. Each appears once.
	Headers map[string]string
}

// Violation is one broken rule of one field.
type Violation struct {
	// Field is the JSON name of the field, or the name of the parameter.
	Field string
	// Korean and English say what the rule is.
	Korean  string
	English string
}

// Message is the text for people: Korean, or English where english is true.
func (v Violation) Message(english bool) string {
	if english {
		return v.English
	}
	return v.Korean
}

// Error is for logs: the code's name and the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Code.name
	}
	return e.Code.name + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, SomeCode.New()) true for the same code whatever the cause.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error) // of this link; errors.Is asks each
	return ok && other.Code == e.Code
}

// Because returns a copy of e with cause underneath.
func (e *Error) Because(cause error) *Error {
	copied := *e
	copied.Cause = cause
	return &copied
}

// WithHeader returns a copy of e that also sets a response header.
func (e *Error) WithHeader(name, value string) *Error {
	copied := *e
	copied.Headers = make(map[string]string, len(e.Headers)+1)
	maps.Copy(copied.Headers, e.Headers)
	copied.Headers[name] = value
	return &copied
}

// WithRetryAfter returns a copy of e that tells the caller when to come back.
func (e *Error) WithRetryAfter(wait time.Duration) *Error {
	copied := *e
	copied.RetryAfter = wait
	return &copied
}

// HasCode says whether err is, or wraps, a failure with this code.
func HasCode(err error, code *Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// From returns err as an *Error: itself where it is or wraps one, else
// CodeInternal with err as its cause. It returns nil for nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return CodeInternal.Wrap(err)
}
