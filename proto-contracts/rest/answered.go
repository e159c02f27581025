package rest

import "net/http"

// Answered returns the status, the contract's code and the header: what the
// callers of a service tell failures apart by.
func (f *Failure) Answered() (status int, code string, header http.Header) {
	return f.StatusCode, f.Code, f.Header
}

// Answered returns the status and the header; there is no code.
func (u *UnexpectedAnswer) Answered() (status int, code string, header http.Header) {
	return u.StatusCode, "", u.Header
}
