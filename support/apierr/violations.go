package apierr

// Violations collects the broken rules of one request, so that all of them are
// reported at once. The zero value is ready to use.
type Violations struct{ list []Violation }

// Add records that field breaks a rule.
func (v *Violations) Add(field, korean, english string) {
	v.list = append(v.list, Violation{Field: field, Korean: korean, English: english})
}

// Err is nil where nothing was added, else a CodeValidationFailed with
// everything that was.
func (v *Violations) Err() error {
	if len(v.list) == 0 {
		return nil
	}
	return &Error{Code: CodeValidationFailed, Violations: v.list}
}

// Violated is a CodeValidationFailed for a single field.
func Violated(field, korean, english string) *Error {
	return &Error{Code: CodeValidationFailed, Violations: []Violation{{Field: field, Korean: korean, English: english}}}
}
