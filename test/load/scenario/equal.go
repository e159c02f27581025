package scenario

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// equal compares the first 800 posts of every member's feed with the database.
func equal(ctx context.Context, b *Bench) error {
	books, err := b.readBooks(ctx)
	if err != nil {
		return err
	}
	c := comparison{Bench: b, books: books, failures: make(chan error, 1)}
	var workers sync.WaitGroup
	const parallel = 8
	for range parallel {
		workers.Go(func() { c.work(ctx) })
	}
	workers.Wait()
	select {
	case err := <-c.failures:
		return err
	default:
	}
	if differ := c.differ.Load(); differ > 0 {
		b.Report.Fault("%d of %d feeds differ from the database", differ, c.compared.Load())
	}
	b.Report.Add(report.Figure{
		Name: "feeds that equal the database", Unit: "of all", Ours: []float64{float64(c.compared.Load() - c.differ.Load())},
		Note: fmt.Sprintf("of %d compared, %d posts in all", c.compared.Load(), c.posts.Load()),
	})
	return ctx.Err()
}

type comparison struct {
	*Bench
	books                         books
	next, compared, differ, posts atomic.Int64
	failures                      chan error
}

// work compares members until there are none left, or something fails.
func (c *comparison) work(ctx context.Context) {
	for ctx.Err() == nil {
		member := c.next.Add(1)
		if member > int64(c.Spec.Total()) {
			return
		}
		same, err := c.isEqual(ctx, member)
		if err != nil {
			select {
			case c.failures <- fmt.Errorf("compare feed of member %d: %w", member, err):
			default:
			}
			return
		}
		c.compared.Add(1)
		if !same {
			c.differ.Add(1)
		}
	}
}

// isEqual looks into the database itself where the books say otherwise, and gives
// events up to 20 s to arrive.
func (c *comparison) isEqual(ctx context.Context, member int64) (same bool, err error) {
	wanted := c.books.feed(member)
	c.posts.Add(int64(len(wanted)))
	deadline := time.Now().Add(20 * time.Second) //nolint:mnd // long after the promise
	for {
		found, err := c.wholeFeed(ctx, member)
		if err != nil {
			return false, err
		}
		if same = slices.Equal(wanted, found); same || time.Now().After(deadline) {
			return same, nil
		}
		if wanted, err = c.wantedFeed(ctx, member); err != nil {
			return false, err
		}
	}
}

// books are what the database has, in memory: a query for each member would sort
// all posts of all whom it follows.
type books struct {
	// ids are the live posts, newest first, and byAuthor the places in it.
	ids        []int64
	byAuthor   map[int64][]int
	followings map[int64][]int64
}

func (b *Bench) readBooks(ctx context.Context) (books, error) {
	read := books{byAuthor: map[int64][]int{}, followings: map[int64][]int64{}}
	err := b.eachPair(ctx, func(id, author int64) {
		if places := read.byAuthor[author]; len(places) < compareLength {
			read.byAuthor[author] = append(places, len(read.ids))
		}
		read.ids = append(read.ids, id)
	}, "SELECT id, author_id FROM posts WHERE is_deleted = FALSE ORDER BY created_at DESC, id DESC")
	if err != nil {
		return books{}, fmt.Errorf("read posts: %w", err)
	}
	err = b.eachPair(ctx, func(follower, following int64) {
		read.followings[follower] = append(read.followings[follower], following)
	}, "SELECT follower_id, following_id FROM member_follows")
	if err != nil {
		return books{}, fmt.Errorf("read follows: %w", err)
	}
	return read, nil
}

// eachPair reads rows of two numbers.
func (b *Bench) eachPair(ctx context.Context, take func(one, other int64), query string, args ...any) error {
	rows, err := b.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	for rows.Next() {
		var one, other int64
		if err := rows.Scan(&one, &other); err != nil {
			return err
		}
		take(one, other)
	}
	return rows.Err()
}

// feed is the newest posts of those whom member follows.
func (b books) feed(member int64) []int64 {
	var places []int
	for _, author := range b.followings[member] {
		places = append(places, b.byAuthor[author]...)
	}
	slices.Sort(places)
	ids := make([]int64, min(len(places), compareLength))
	for i := range ids {
		ids[i] = b.ids[places[i]]
	}
	return ids
}

// compareLength is how many posts of a feed are compared: all that are stored.
const compareLength = fullFeed

func (b *Bench) wantedFeed(ctx context.Context, member int64) (ids []int64, err error) {
	err = b.eachPair(ctx, func(id, _ int64) { ids = append(ids, id) }, `SELECT p.id, p.author_id FROM member_follows f
		JOIN posts p FORCE INDEX (ix_posts_author) ON p.author_id = f.following_id AND p.is_deleted = FALSE
		WHERE f.follower_id = ? ORDER BY p.created_at DESC, p.id DESC LIMIT ?`, member, compareLength)
	return ids, err
}

// wholeFeed is a feed as its reader sees it, to its end or the 800th post.
func (b *Bench) wholeFeed(ctx context.Context, member int64) (ids []int64, err error) {
	for query := "?size=100"; ; {
		text, err := b.home(ctx, member, query)
		if err != nil {
			return nil, err
		}
		page, next, err := readPage(text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, page...)
		if next == "" || len(ids) >= compareLength {
			return ids[:min(len(ids), compareLength)], nil
		}
		query = "?size=100&cursor=" + next
	}
}
