package workspace

import (
	"cmp"
	"slices"
)

// Finding is one thing that is not as it should be.
type Finding struct {
	// Place is a file, with its line where there is one, or a module's folder.
	Place string
	// Fault says what is wrong there, in half a sentence.
	Fault string
}

// String is the finding as people read it.
func (f Finding) String() string { return f.Place + ": " + f.Fault }

// SortFindings puts findings in the order of their places.
func SortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Fault, b.Fault))
	})
}
