package ledger

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what a violation is.
type Kind string

// The kinds. Wrong is everything that is neither of the others, such as an old text.
const (
	Lost     Kind = "lost"
	Twice    Kind = "twice"
	Disorder Kind = "out of order"
	Phantom  Kind = "phantom"
	Wrong    Kind = "wrong"
)

// Violation is one difference between the ledger and the evidence.
type Violation struct {
	Kind  Kind
	Where string // posts, events, activities …
	What  string
}

// Verdict is the result of a comparison.
type Verdict struct {
	Acknowledged int // requests
	Retried      int // of these, those that needed more than one try
	Unanswered   int // requests whose outcome nobody knows
	Changes      int // that the ledger knows of, each an event
	Records      int // in the topics, of this ledger's members
	Copies       int // records of an event that was there already
	Activities   int
	Documents    int // of search
	Feeds        int
	FeedEntries  int
	Violations   []Violation
}

// Count is how many violations are of a kind.
func (v Verdict) Count(kind Kind) int {
	n := 0
	for _, violation := range v.Violations {
		if violation.Kind == kind {
			n++
		}
	}
	return n
}

// Good says whether there is nothing to complain of.
func (v Verdict) Good() bool { return len(v.Violations) == 0 && v.Acknowledged > 0 }

const shownViolations = 20

// String is for people: the figures, and the first violations.
func (v Verdict) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d acknowledged requests (%d after a retry, %d without an answer), %d changes → %d records (%d of them copies), "+
		"%d activities, %d search documents, %d feeds with %d posts\n",
		v.Acknowledged, v.Retried, v.Unanswered, v.Changes, v.Records, v.Copies, v.Activities, v.Documents, v.Feeds, v.FeedEntries)
	fmt.Fprintf(&text, "lost %d, twice %d, out of order %d, phantom %d, wrong %d",
		v.Count(Lost), v.Count(Twice), v.Count(Disorder), v.Count(Phantom), v.Count(Wrong))
	for i, violation := range v.Violations {
		if i == shownViolations {
			fmt.Fprintf(&text, "\n… and %d more", len(v.Violations)-i)
			break
		}
		fmt.Fprintf(&text, "\n%s (%s): %s", violation.Kind, violation.Where, violation.What)
	}
	return text.String()
}

func sorted(violations []Violation) []Violation {
	slices.SortFunc(violations, func(a, b Violation) int {
		return strings.Compare(string(a.Kind)+a.Where+a.What, string(b.Kind)+b.Where+b.What)
	})
	return violations
}
