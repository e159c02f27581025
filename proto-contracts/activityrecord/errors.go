package activityrecord

import "errors"

// ErrUndecodable is a value that is not a MemberActivityEvent at all.
var ErrUndecodable = errors.New("not a member activity event")

// ErrUnknownType is a type that this version of the contract does not have: a
// newer writer's, or nonsense.
var ErrUnknownType = errors.New("unknown activity type")

// ViolationError is a rule of the contract that an event breaks. Trying again
// does not help.
type ViolationError struct {
	// Field is the protobuf name, such as state.post.author_id.
	Field string
	// Rule says what the field must be.
	Rule  string
	cause error
}

// Error is for logs.
func (e *ViolationError) Error() string { return e.Field + " " + e.Rule }

// Unwrap is ErrUnknownType where that is the reason.
func (e *ViolationError) Unwrap() error { return e.cause }

func violation(field, rule string) error { return &ViolationError{Field: field, Rule: rule} }

// IsPermanent tells that an error of Decode or Validate says the same for ever,
// so that the record belongs to the dead letters.
func IsPermanent(err error) bool {
	var broken *ViolationError
	return errors.Is(err, ErrUndecodable) || errors.As(err, &broken)
}
