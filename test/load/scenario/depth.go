package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/dataset"
	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// deepest is the page that is compared with page 1.
const deepest = 500

// deepList is an endless list and who reads it.
type deepList struct {
	name, path string
	reader     int64
}

// depth compares page 500 by cursor with page 1, on each endless list: the CPU of
// timeline and of MySQL. A list that is shorter is compared with its last full page.
func depth(ctx context.Context, b *Bench) error {
	lists, err := b.deepLists(ctx)
	if err != nil {
		return err
	}
	for _, list := range lists {
		url := b.URL("timeline") + "/api/timeline" + list.path
		cursor, page, err := b.walk(ctx, url, list.reader)
		if err != nil {
			return fmt.Errorf("depth of %s: %w", list.name, err)
		}
		ask := func(cursor string) side {
			return side{cpu: depthCPU, send: func(ctx context.Context, _ int) error {
				_, err := b.ask(ctx, http.MethodGet, withCursor(url, cursor), list.reader, nil)
				return err
			}}
		}
		figure := report.Figure{Name: fmt.Sprintf("%s page %d by cursor / page 1", list.name, page), Unit: "µs", Promise: 1.2, Note: "CPU of timeline and MySQL"} //nolint:mnd // the promise
		if err := b.pairs(ctx, figure, b.Rate, b.Requests/2+1, ask(cursor), ask("")); err != nil {                                                                //nolint:mnd // there are many lists
			return err
		}
	}
	return b.onward(ctx, b.URL("timeline")+homePath)
}

// depthCPU are the processes that read lists.
var depthCPU = []string{"timeline", "mysql"}

// deepLists are all endless lists of posts and comments, as long as the dataset
// has them; comments are written for it.
func (b *Bench) deepLists(ctx context.Context) ([]deepList, error) {
	author, err := b.count(ctx, "SELECT author_id FROM posts GROUP BY author_id ORDER BY COUNT(*) DESC LIMIT 1")
	if err != nil {
		return nil, err
	}
	commenter := b.Spec.AuthorOf(0)
	post, parent, err := b.writeComments(ctx, commenter)
	if err != nil {
		return nil, err
	}
	reader := b.Spec.ReadersOf(2) //nolint:mnd // of 1,000 followings
	return []deepList{
		{"T1", "/posts/followings", reader},
		{"T2", "/posts/most-commented", reader},
		{"T2 of 30d", "/posts/most-commented?window=30d", reader},
		{"T3", "/posts/most-popular", reader},
		{"T3 of 30d", "/posts/most-popular?window=30d", reader},
		{"T4", "/posts/recent-activities", reader},
		{"T5", "/posts", author},
		{"T7", "/posts/authors/" + strconv.FormatInt(author, 10), reader},
		{"T9", "/comments", commenter},
		{"T10", "/posts/" + strconv.FormatInt(post, 10) + "/comments", reader},
		{"T11", "/members/" + strconv.FormatInt(commenter, 10) + "/comments", reader},
		{"T13", "/comments/" + strconv.FormatInt(parent, 10) + "/replies", reader},
	}, nil
}

// writeComments has a member comment a new post, and reply to its first comment,
// so often that each list of them has 500 pages. The dataset has no comments.
func (b *Bench) writeComments(ctx context.Context, member int64) (post, parent int64, err error) {
	const many = deepest*10 + 50 // pages of ten
	if post, err = b.writePost(ctx, member); err != nil {
		return 0, 0, err
	}
	const fill = `INSERT INTO comments (post_id, parent_id, author_id, content, depth, reply_count, version, created_at, updated_at)
		SELECT ?, ?, ?, CONCAT('댓글 ', seq), ?, 0, 1, NOW(6) - INTERVAL (? - seq) SECOND, NOW(6) FROM seq_1_to_%d`
	fillAll := fmt.Sprintf(fill, many)
	if _, err = b.DB.ExecContext(ctx, fillAll, post, 0, member, 0, many); err != nil {
		return 0, 0, fmt.Errorf("write comments: %w", err)
	}
	if parent, err = b.count(ctx, "SELECT MIN(id) FROM comments WHERE post_id = ?", post); err != nil {
		return 0, 0, err
	}
	for _, statement := range []struct {
		text string
		args []any
	}{
		{fillAll, []any{post, parent, member, 1, many}},
		{"UPDATE comments SET reply_count = ? WHERE id = ?", []any{many, parent}},
		{"UPDATE post_stats SET comment_count = ? WHERE post_id = ?", []any{2 * many, post}}, //nolint:mnd // comments and replies
	} {
		if _, err := b.DB.ExecContext(ctx, statement.text, statement.args...); err != nil {
			return 0, 0, fmt.Errorf("write comments: %w", err)
		}
	}
	return post, parent, nil
}

var errShallow = errors.New("the list has one page")

// walk is the cursor of page 500, or of the last full page.
func (b *Bench) walk(ctx context.Context, url string, reader int64) (cursor string, page int, err error) {
	before := ""
	for page = 1; page < deepest; page++ {
		next, err := b.turn(ctx, url, cursor, reader)
		if err != nil {
			return "", 0, err
		}
		if next == "" && before == "" {
			return "", 0, errShallow
		}
		if next == "" { // what it has left is cheaper than a page
			return before, page - 1, nil
		}
		before, cursor = cursor, next
	}
	return cursor, page, nil
}

// turn reads a page, and is the cursor of the next; "" where there is none.
func (b *Bench) turn(ctx context.Context, url, cursor string, reader int64) (next string, err error) {
	text, err := b.ask(ctx, http.MethodGet, withCursor(url, cursor), reader, nil)
	if err != nil {
		return "", err
	}
	_, next, err = readPage(text)
	return next, err
}

// storedPages is how many pages of 20 a stored feed has.
const storedPages = fullFeed / 20

// onward walks from the end of the stored feed to page 500, each page once. It is
// done twice, by each of the readers who follow 1,000. The first time nothing of theirs
// is stored, and a page is compared with one of the stored feed, which is built on the
// way, by the same reader in the same walk. The second time the posts are stored, and
// what stands behind the feed is looked for again; that is compared with page 1, asked
// again and again.
func (b *Bench) onward(ctx context.Context, url string) error {
	first := report.Figure{Name: "T1 first walk, pages 41 to 500 / 1 to 40", Unit: "µs", Promise: 1.2, Note: "CPU of all services and stores; nothing was stored"} //nolint:mnd // the promise
	again := report.Figure{Name: "T1 pages 41 to 500, each once / page 1", Unit: "µs", Promise: 1.2, Note: "CPU of timeline and MySQL; posts were stored"}         //nolint:mnd // the promise
	for range b.Pairs {
		if err := b.forgetFeeds(ctx); err != nil {
			return err
		}
		near, far, err := b.walkReaders(ctx, url, firstWalkCPU)
		if err != nil {
			return err
		}
		first.Ours, first.Control = append(first.Ours, far.each()), append(first.Control, near.each())
		for reader := range int64(dataset.Readers) {
			if err := b.Redis.Del(ctx, feedKey(b.Spec.ReadersOf(2)+reader)+":older").Err(); err != nil { //nolint:mnd // of 1,000 followings
				return fmt.Errorf("forget what is behind a feed: %w", err)
			}
		}
		if _, far, err = b.walkReaders(ctx, url, depthCPU); err != nil {
			return err
		}
		page := walked{cpu: -b.CPU(depthCPU...), pages: far.pages}
		for i := range far.pages {
			if _, err := b.turn(ctx, url, "", b.Spec.ReadersOf(2)+int64(i%dataset.Readers)); err != nil { //nolint:mnd // the same
				return err
			}
		}
		page.cpu += b.CPU(depthCPU...)
		again.Ours, again.Control = append(again.Ours, far.each()), append(again.Control, page.each())
	}
	b.Report.Add(first)
	b.Report.Add(again)
	return nil
}

// firstWalkCPU are the processes that a feed is built by.
var firstWalkCPU = []string{"timeline", "mysql", "redis", "member"}

// walked is what pages have cost.
type walked struct {
	cpu   time.Duration
	pages int
}

func (w walked) each() float64 { return each(w.cpu, w.pages) }

// walkReaders walks to page 500, reader by reader; near are the pages of stored feeds
// and far those behind them. Ticks are coarse: one reader would not do.
func (b *Bench) walkReaders(ctx context.Context, url string, cpu []string) (near, far walked, err error) {
	for i := range int64(dataset.Readers) {
		w := walker{Bench: b, url: url, reader: b.Spec.ReadersOf(2) + i, cpu: cpu} //nolint:mnd // of 1,000 followings
		if err := w.walk(ctx, storedPages, &near); err != nil {
			return near, far, err
		}
		if w.cursor == "" { // a small dataset
			continue
		}
		if err := w.walk(ctx, deepest-storedPages, &far); err != nil {
			return near, far, err
		}
	}
	return near, far, nil
}

// walker reads a list page after page.
type walker struct {
	*Bench
	url    string
	reader int64
	cpu    []string
	// cursor is where it stands; empty at the start, and behind the end.
	cursor string
}

// walk reads so many pages, or those that are left, and adds what they cost.
func (w *walker) walk(ctx context.Context, pages int, cost *walked) (err error) {
	before := w.CPU(w.cpu...)
	for n := 0; n < pages && (n == 0 || w.cursor != ""); n++ {
		if w.cursor, err = w.turn(ctx, w.url, w.cursor, w.reader); err != nil {
			return err
		}
		cost.pages++
	}
	cost.cpu += w.CPU(w.cpu...) - before
	return nil
}

func withCursor(url, cursor string) string {
	separator := "?"
	for _, c := range url {
		if c == '?' {
			separator = "&"
		}
	}
	if cursor == "" {
		return url
	}
	return url + separator + "cursor=" + cursor
}
