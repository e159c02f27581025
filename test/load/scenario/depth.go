package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// depth compares page 500 by cursor with page 1, on each endless list that is so
// long: the CPU of timeline and of MySQL.
func depth(ctx context.Context, b *Bench) error {
	author, err := b.count(ctx, "SELECT author_id FROM posts GROUP BY author_id ORDER BY COUNT(*) DESC LIMIT 1")
	if err != nil {
		return err
	}
	reader, cpu := b.Spec.ReadersOf(2), []string{"timeline", "mysql"}
	for name, path := range map[string]string{
		"T1": "/posts/followings", "T2": "/posts/most-commented", "T3": "/posts/most-popular", "T4": "/posts/recent-activities",
		"T7": "/posts/authors/" + strconv.FormatInt(author, 10), "T2 of 30d": "/posts/most-commented?window=30d", "T3 of 30d": "/posts/most-popular?window=30d",
	} {
		url := b.URL("timeline") + "/api/timeline" + path
		cursor, pages, err := b.walk(ctx, url, reader)
		if err != nil {
			return fmt.Errorf("depth of %s: %w", name, err)
		}
		ask := func(cursor string) side {
			return side{cpu: cpu, send: func(ctx context.Context, _ int) error {
				_, err := b.ask(ctx, http.MethodGet, withCursor(url, cursor), reader, nil)
				return err
			}}
		}
		figure := report.Figure{Name: fmt.Sprintf("%s page %d by cursor / page 1", name, pages), Unit: "µs", Promise: 1.2, Note: "CPU of timeline and MySQL"} //nolint:mnd // the promise
		if name == "T1" {
			if err := b.onward(ctx, url, reader, cpu); err != nil {
				return err
			}
		}
		if err := b.pairs(ctx, figure, b.Rate/4, b.Requests/8+1, ask(cursor), ask("")); err != nil { //nolint:mnd // these are dearer
			return err
		}
	}
	return nil
}

// walk is the cursor of page 500, or of the last full page.
func (b *Bench) walk(ctx context.Context, url string, reader int64) (cursor string, page int, err error) {
	const deepest = 500
	for page = 1; page < deepest; page++ {
		text, err := b.ask(ctx, http.MethodGet, withCursor(url, cursor), reader, nil)
		if err != nil {
			return "", 0, err
		}
		_, next, err := readPage(text)
		if err != nil {
			return "", 0, err
		}
		if next == "" {
			return cursor, page, nil
		}
		cursor = next
	}
	return cursor, page, nil
}

// onward walks from the end of the stored feed to page 500, each page once, and
// compares what one costs with page 1: what is looked for on the way is in it.
func (b *Bench) onward(ctx context.Context, url string, reader int64, cpu []string) error {
	const storedPages, deepest = 40, 500
	figure := report.Figure{Name: "T1 pages 41 to 500, each once / page 1", Unit: "µs", Promise: 1.2, Note: "CPU of timeline and MySQL"} //nolint:mnd // the promise
	read := func(cursor string) (next string, err error) {
		text, err := b.ask(ctx, http.MethodGet, withCursor(url, cursor), reader, nil)
		if err != nil {
			return "", err
		}
		_, next, err = readPage(text)
		return next, err
	}
	for range b.Pairs {
		var cursor string
		var err error
		for range storedPages {
			if cursor, err = read(cursor); err != nil || cursor == "" {
				return err
			}
		}
		before, pages := b.CPU(cpu...), 0
		for ; pages < deepest-storedPages && cursor != ""; pages++ {
			if cursor, err = read(cursor); err != nil {
				return err
			}
		}
		walked := float64((b.CPU(cpu...) - before).Microseconds()) / float64(pages)
		before = b.CPU(cpu...)
		for range pages {
			if _, err := read(""); err != nil {
				return err
			}
		}
		figure.Ours = append(figure.Ours, walked)
		figure.Control = append(figure.Control, float64((b.CPU(cpu...)-before).Microseconds())/float64(pages))
	}
	b.Report.Add(figure)
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
