package search

import (
	"context"
	"time"
)

// Kind is what is searched.
type Kind uint8

// The kinds.
const (
	Posts Kind = iota
	Comments
)

// Selection is which documents a scan gives, and what of them.
type Selection struct {
	// Terms are all in each document; the rarest is first, and what a scan costs
	// follows it.
	Terms []string
	// Author is 0 for all.
	Author MemberID
	// Post restricts comments to those of a post; 0 for all.
	Post PostID
	// Frequencies are the terms whose frequencies are wanted.
	Frequencies []string
	// WithText asks for Body and Tags.
	WithText bool
}

// Candidate is a document of a scan.
type Candidate struct {
	ID        int64
	CreatedAt time.Time
	Length    int
	// Frequencies are of the terms that the selection names, in their order.
	Frequencies []int
	Body        string
	Tags        []string
}

// Index is where documents are looked up. It holds nothing that is deleted, but
// for the time that events take.
type Index interface {
	// Scan calls visit with the documents of a selection, newest first and then
	// by descending id, until it returns false.
	Scan(ctx context.Context, kind Kind, selection Selection, visit func(Candidate) bool) error
	// CountTerm returns how many documents have a term, and most where there are
	// more.
	CountTerm(ctx context.Context, kind Kind, term string, most int) (int, error)
	// Measure returns how many documents there are, and how long they are on
	// average; both may be estimates.
	Measure(ctx context.Context, kind Kind) (Measures, error)
}

// Measures are what ranking knows of all documents of a kind.
type Measures struct {
	Documents     int
	AverageLength float64
}
