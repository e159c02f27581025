package mysqlreader

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// How far ListNewest looks back at a time.
const (
	firstSpan  = 24 * time.Hour
	leastWiden = 2
	mostWiden  = 16
	// longestSpan also keeps a span times mostWiden within a time.Duration.
	longestSpan = 10 * 365 * 24 * time.Hour
)

// authorsAtOnce bounds an IN list: MariaDB turns one of 1000 into a join that
// reads the whole index.
const authorsAtOnce = 500

// beginning is before every post.
var beginning = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

type entryRow struct {
	ID        int64
	CreatedAt time.Time
}

func (r *entryRow) fields() []any { return []any{&r.ID, &r.CreatedAt} }

func toEntry(r entryRow) timeline.FeedEntry {
	return timeline.FeedEntry{PostID: timeline.PostID(r.ID), CreatedAt: r.CreatedAt}
}

// ListNewest implements timeline.HomeIndex.
//
// No index holds the posts of many authors by time. So it looks back span by
// span, newest first, at one range of the index by author for each of them, and
// stops when there are enough: that reads what these authors published in the
// time that the result covers, and part of a span more. How wide the next span
// is follows from how many posts the last one had. A range costs the same whether
// it has posts or not, so who knows how far the posts reach back spares spans.
func (r *Reader) ListNewest(ctx context.Context, authors []timeline.MemberID, after *timeline.Key, limit int, reach time.Duration) ([]timeline.FeedEntry, error) {
	if len(authors) == 0 || limit <= 0 {
		return nil, nil
	}
	var found []timeline.FeedEntry
	until, span := time.Time{}, firstSpan
	if reach = min(reach, longestSpan); reach > 0 { // and a quarter more, so that what is a little longer is not two spans
		span = reach + reach/4 //nolint:mnd // a quarter
	}
	from := r.now().Add(-span)
	if after != nil {
		from = after.At.Add(-span)
	}
	for {
		if from.Before(beginning) {
			from = beginning
		}
		rows, err := r.listSpan(ctx, authors, spanOf{from: from, until: until, after: after}, limit-len(found))
		if err != nil {
			return nil, failed(err, "list newest posts of %d members", len(authors))
		}
		found = slices.Grow(found, len(rows))
		for _, row := range rows {
			found = append(found, toEntry(row))
		}
		if len(found) >= limit || !from.After(beginning) {
			return found, nil
		}
		span = widen(span, len(rows), limit-len(found))
		until, from = from, from.Add(-span)
	}
}

// spanOf is a range of time: [from, until), and below after. A zero until is open.
type spanOf struct {
	from, until time.Time
	after       *timeline.Key
}

func (r *Reader) listSpan(ctx context.Context, authors []timeline.MemberID, span spanOf, limit int) ([]entryRow, error) {
	const newestFirst = "ORDER BY created_at DESC, id DESC LIMIT ?"
	var s statement
	for chunk := range slices.Chunk(authors, authorsAtOnce) {
		if s.text != "" {
			s.add("UNION ALL")
		}
		s.add("(SELECT id, created_at FROM posts FORCE INDEX (ix_posts_author) WHERE author_id IN (" + listed(chunk) + ") AND is_deleted = FALSE")
		span.add(&s)
		s.add(newestFirst+")", limit)
	}
	if len(authors) > authorsAtOnce {
		s.add(newestFirst, limit)
	}
	return collect(ctx, r, s, (*entryRow).fields)
}

// listed are ids with commas between them: as arguments a thousand cost more than
// the rows that they find.
func listed(ids []timeline.MemberID) string {
	var text []byte
	for i, id := range ids {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(id), 10) //nolint:mnd // decimal
	}
	return string(text)
}

func (p spanOf) add(s *statement) {
	s.add("AND created_at >= ?", p.from)
	switch {
	case !p.until.IsZero():
		s.add("AND created_at < ?", p.until)
	case p.after != nil:
		// written as two conditions joined by OR it would be two ranges for each author
		s.add("AND created_at <= ? AND (created_at, id) < (?, ?)", p.after.At, p.after.At, p.after.ID)
	}
}

// widen guesses the span that holds missing posts, twice over, where the last
// one held had.
func widen(span time.Duration, had, missing int) time.Duration {
	factor := mostWiden
	if had > 0 {
		factor = min(max(leastWiden*missing/had, leastWiden), mostWiden)
	}
	return min(span*time.Duration(factor), longestSpan)
}
