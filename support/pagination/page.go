package pagination

// ScrollPage is the envelope of an endless list.
type ScrollPage[T any] struct {
	Content    []T     `json:"content"`
	Page       int     `json:"page"`
	Size       int     `json:"size"`
	HasNext    bool    `json:"hasNext"`
	NextCursor *string `json:"nextCursor"`
}

// Page is the envelope of a list whose length is known.
type Page[T any] struct {
	Content       []T   `json:"content"`
	Page          int   `json:"page"`
	Size          int   `json:"size"`
	TotalElements int64 `json:"totalElements"`
	TotalPages    int   `json:"totalPages"`
	HasNext       bool  `json:"hasNext"`
	HasPrevious   bool  `json:"hasPrevious"`
	First         bool  `json:"first"`
	Last          bool  `json:"last"`
}

// Cut splits what a store found for Request.Fetch into the rows of the page and
// whether another row follows them.
func Cut[R any](request Request, found []R) (rows []R, hasNext bool) {
	if len(found) > request.Size {
		return found[:request.Size:request.Size], true
	}
	return found, false
}

// NewScrollPage puts content in its envelope. nextCursor is "" where nothing
// follows; hasNext is true without one only where the endpoint has no cursors.
func NewScrollPage[T any](request Request, content []T, hasNext bool, nextCursor string) ScrollPage[T] {
	page := ScrollPage[T]{Content: orEmpty(content), Page: request.Page, Size: request.Size, HasNext: hasNext}
	if hasNext && nextCursor != "" {
		page.NextCursor = &nextCursor
	}
	return page
}

// NextCursor seals where the page after request begins: last are the sort keys
// of the last row that request's page gives. Page is set here.
func (s *Sealer) NextCursor(request Request, scope Scope, last Position) string {
	last.Page = request.Page + 1
	return s.Seal(scope, last)
}

// NewPage puts content in its envelope. total is the number of rows of the
// whole list; content is not more than request.Size.
func NewPage[T any](request Request, content []T, total int64) Page[T] {
	size := int64(request.Size)
	pages := int((total + size - 1) / size)
	hasNext := request.Page+1 < pages
	return Page[T]{
		Content: orEmpty(content), Page: request.Page, Size: request.Size,
		TotalElements: total, TotalPages: pages,
		HasNext: hasNext, HasPrevious: request.Page > 0,
		First: request.Page == 0, Last: !hasNext,
	}
}

// orEmpty is content, never nil: an empty list is [] on the wire and not null.
func orEmpty[T any](content []T) []T {
	if content == nil {
		return []T{}
	}
	return content
}
