package pagination

import (
	"net/url"
	"strconv"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	// MaxSize is what a larger size is taken as.
	MaxSize = 100
	// MaxDepth is the largest page × size that is served by counting rows.
	MaxDepth = 10_000
)

// CodePageTooDeep is what an endpoint that takes a cursor answers for
// page × size over MaxDepth: the same name as apierr.CodePageTooDeep, with a
// message that names the way out.
var CodePageTooDeep = apierr.Define("PAGE_TOO_DEEP", apierr.Invalid,
	"너무 깊은 페이지입니다. nextCursor 값을 cursor로 보내 이어서 조회해 주세요",
	"This page is too deep; go on with cursor, which each page gives as nextCursor")

// Defaults are an endpoint's page and size where the request names none.
type Defaults struct{ Page, Size int }

// Request is the page that is asked for.
type Request struct {
	// Page counts from 0. With a cursor it is the number that the page would
	// have had, for the envelope only.
	Page int
	// Size is 1 to MaxSize.
	Size int
	// After is where the page begins; nil where Page says it.
	After *Position
}

// Fetch is how many rows to ask the store for: one more than the page holds.
func (r Request) Fetch() int { return r.Size + 1 }

// Skip is how many rows lie before the page: page × size, and 0 where After
// says where to begin.
func (r Request) Skip() int {
	if r.After != nil {
		return 0
	}
	return r.Page * r.Size
}

// Parse reads page and size for an endpoint that takes no cursor (a cursor is
// ignored like any unknown parameter).
// Fails with CodeValidationFailed naming each field that is not a number, is
// given twice, or is out of range (negative page, size below 1), and with
// apierr.CodePageTooDeep for page × size over MaxDepth. A size over MaxSize is
// taken as MaxSize.
func Parse(query url.Values, defaults Defaults) (Request, error) {
	request, err := parseNumbers(query, defaults)
	if err != nil {
		return Request{}, err
	}
	if request.tooDeep() {
		return Request{}, apierr.CodePageTooDeep.New()
	}
	return request, nil
}

// ParseScroll reads page, size and cursor for an endpoint whose cursors s seals
// with scope. A cursor replaces page, whose value must still be one. It fails
// as Parse does, with CodePageTooDeep of this package, and with
// CodeValidationFailed for a cursor that this scope did not seal.
func (s *Sealer) ParseScroll(query url.Values, defaults Defaults, scope Scope) (Request, error) {
	request, err := parseNumbers(query, defaults)
	if err != nil {
		return Request{}, err
	}
	if values, given := query["cursor"]; given {
		return s.continueFrom(values, request.Size, scope)
	}
	if request.tooDeep() {
		return Request{}, CodePageTooDeep.New()
	}
	return request, nil
}

func (s *Sealer) continueFrom(cursors []string, size int, scope Scope) (Request, error) {
	if len(cursors) != 1 {
		return Request{}, errBadCursor()
	}
	position, err := s.Open(cursors[0], scope)
	if err != nil {
		return Request{}, errBadCursor().Because(err)
	}
	return Request{Page: position.Page, Size: size, After: &position}, nil
}

func (r Request) tooDeep() bool { return r.Page > MaxDepth/r.Size }

func parseNumbers(query url.Values, defaults Defaults) (Request, error) {
	var broken apierr.Violations
	page, ok := number(query, "page", defaults.Page)
	if !ok || page < 0 {
		broken.Add("page", "0 이상의 정수여야 합니다", "must be an integer from 0")
	}
	size, ok := number(query, "size", defaults.Size)
	if !ok || size < 1 {
		broken.Add("size", "1 이상의 정수여야 합니다", "must be an integer from 1")
	}
	if err := broken.Err(); err != nil {
		return Request{}, err
	}
	return Request{Page: page, Size: min(size, MaxSize)}, nil
}

// number is the value of a parameter that is given once as plain ASCII digits
// with at most one minus sign; strconv alone would also take "+1".
func number(query url.Values, name string, absent int) (int, bool) {
	values, given := query[name]
	if !given {
		return absent, true
	}
	if len(values) != 1 || values[0] == "" || values[0][0] == '+' {
		return 0, false
	}
	parsed, err := strconv.Atoi(values[0])
	return parsed, err == nil
}

func errBadCursor() *apierr.Error {
	return apierr.Violated("cursor", "앞선 응답의 nextCursor 값이어야 합니다", "must be the nextCursor of an earlier answer")
}
