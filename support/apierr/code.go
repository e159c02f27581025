package apierr

// Code is one row of the contract's table of codes: a stable name, what kind of
// failure it is, and what people read. Codes are package variables of the
// domain that owns them and are compared by identity.
type Code struct {
	name    string
	kind    Kind
	korean  string
	english string
}

// Define makes a code. name is UPPER_SNAKE and part of the contract; korean and
// english are whole sentences for people, without internals.
func Define(name string, kind Kind, korean, english string) *Code {
	return &Code{name: name, kind: kind, korean: korean, english: english}
}

// Name is the code on the wire, such as POST_NOT_FOUND.
func (c *Code) Name() string { return c.name }

// Kind is what sort of failure the code is.
func (c *Code) Kind() Kind { return c.kind }

// Message is the text for people: Korean, or English where english is true.
func (c *Code) Message(english bool) string {
	if english {
		return c.english
	}
	return c.korean
}

// New is a failure with this code and no cause.
func (c *Code) New() *Error { return &Error{Code: c} }

// Wrap is a failure with this code because of cause. The cause is for the log;
// callers never see it.
func (c *Code) Wrap(cause error) *Error { return &Error{Code: c, Cause: cause} }
