package search

import (
	"context"
	"errors"

	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// maxKeyword is the longest keyword in characters (spec 08).
const maxKeyword = 200

// Request is what somebody searches for.
type Request struct {
	Keyword string
	Order   Order
	Slice   Slice
}

// parse reads the keyword. Fails with CodeValidationFailed where it is blank,
// too long, has control characters, or only excludes.
func (r Request) parse() (terms.Query, error) {
	var broken apierr.Violations
	broken.Text("keyword", r.Keyword, apierr.TextRule{Required: true, Max: maxKeyword})
	if err := broken.Err(); err != nil {
		return terms.Query{}, err
	}
	query := terms.Parse(r.Keyword)
	if query.OnlyExcludes() {
		return query, apierr.Violated("keyword", "제외할 단어만으로는 검색할 수 없습니다", "must name something to find, not only what to leave out")
	}
	return query, nil
}

// finder ranks requests. It is what searching posts and comments share.
type finder struct {
	engine  *Engine
	handles Handles
}

// rank returns what is found, best first, and what the query turned out to mean.
func (f finder) rank(ctx context.Context, kind Kind, query terms.Query, order Order) ([]int64, terms.Query, error) {
	if query.IsEmpty() {
		return nil, query, nil
	}
	author, err := f.author(ctx, query)
	if errors.Is(err, ErrAbsent) {
		return nil, query, nil
	}
	if err != nil {
		return nil, query, err
	}
	if query, err = f.engine.resolve(ctx, kind, query); err != nil {
		return nil, query, err
	}
	ranked, err := f.engine.Rank(ctx, kind, query, author, order)
	return ranked, query, err
}

// author is the member that the query is restricted to, 0 for all. Nobody has
// two handles at a time.
func (f finder) author(ctx context.Context, query terms.Query) (MemberID, error) {
	switch len(query.Authors) {
	case 0:
		return 0, nil
	case 1:
	default:
		return 0, ErrAbsent
	}
	if !canBeHandle(query.Authors[0]) {
		return 0, ErrAbsent
	}
	return f.handles.FindMember(ctx, query.Authors[0])
}

// canBeHandle follows spec 04: what cannot be one need not be asked for.
func canBeHandle(text string) bool {
	const shortest, longest = 3, 50
	if len(text) < shortest || len(text) > longest {
		return false
	}
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return true
}
