// Package apierr is the vocabulary of failures that cross a boundary.
//
// A domain defines its codes once (codes.go of each domain package), returns
// them as *Error, and knows nothing of HTTP. Exactly one place, httpserver,
// turns a Kind into a status. An error that is not an *Error is a bug or a
// fault of the machine room: its text never reaches a caller.
package apierr
