package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	feedPrefix    = "timeline:api:posts:followings_recent_posts:"
	stateSuffix   = ":state"
	authorsSuffix = ":authors"
	streamKey     = "timeline:api:posts:not_pushed"
	keysPerScan   = 1000
	// listForm is the form of feed that unpackEntry reads. timeline builds feeds of
	// another form anew when they are read, as it does those that are not ready.
	listForm = "3"
)

// auditFeeds compares the home feeds that are stored with follows and posts. A feed
// that does not know the latest follow is built anew when it is read, and not looked at.
func (a *auditing) auditFeeds(ctx context.Context) error {
	cache, err := a.stores.cache()
	if err != nil {
		return err
	}
	compared := Comparison{Name: "home feeds", Examples: []string{}}
	var cursor uint64
	for {
		keys, next, err := cache.Scan(ctx, cursor, feedPrefix+"*"+stateSuffix, keysPerScan).Result()
		if err != nil {
			return fmt.Errorf("look for feeds: %w", err)
		}
		for _, key := range keys {
			if err := a.auditFeed(ctx, cache, key, &compared); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	a.result.Checks = append(a.result.Checks, compared)
	return nil
}

func (a *auditing) auditFeed(ctx context.Context, cache *redis.Client, stateKey string, compared *Comparison) error {
	member, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(stateKey, feedPrefix), stateSuffix), 10, 64)
	if err != nil {
		return nil //nolint:nilerr // not a feed's key
	}
	deadline := time.Now().Add(a.options.Settle)
	var first string
	for {
		fault, isKnown, err := a.feedFault(ctx, cache, member)
		if err != nil {
			return err
		}
		if first == "" {
			first = fault
		}
		if fault != "" && time.Now().Before(deadline) && process.Pause(ctx, settlePause) == nil {
			continue
		}
		if isKnown {
			compared.Looked++
		}
		if fault != first || fault == "" { // what changes is on its way
			return nil
		}
		compared.differs("of member %d: %s", member, fault)
		if a.options.Repair {
			if err := cache.Unlink(ctx, stateKey).Err(); err != nil {
				return fmt.Errorf("forget feed of member %d: %w", member, err)
			}
			compared.Repaired++
		}
		return nil
	}
}

// storedFeed is a feed as timeline keeps it.
type storedFeed struct {
	version, mark string
	authors       map[int64]bool
	posts         map[int64]bool
	// since is the second from which on it must have everything; 0 is the beginning.
	since int64
}

// feedFault says what is wrong with a feed, nothing where it is right; isKnown is
// false where it is not there, or not up to date with the member's follows.
func (a *auditing) feedFault(ctx context.Context, cache *redis.Client, member int64) (fault string, isKnown bool, err error) {
	feed, there, err := readFeed(ctx, cache, member)
	if err != nil || !there {
		return "", false, err
	}
	pool, err := a.stores.sql()
	if err != nil {
		return "", false, err
	}
	var version string
	if err := pool.DB(ctx).Raw("SELECT followings_version FROM member_profiles WHERE member_id = ?", member).Scan(&version).Error; err != nil {
		return "", false, fmt.Errorf("read follows of member %d: %w", member, err)
	}
	if version != feed.version {
		return "", false, nil
	}
	var followed []int64
	if err := pool.DB(ctx).Raw("SELECT following_id FROM member_follows WHERE follower_id = ?", member).Scan(&followed).Error; err != nil {
		return "", false, fmt.Errorf("read follows of member %d: %w", member, err)
	}
	if len(followed) != len(feed.authors) {
		return fmt.Sprintf("has the posts of %d members, follows %d", len(feed.authors), len(followed)), true, nil
	}
	for _, author := range followed {
		if !feed.authors[author] {
			return fmt.Sprintf("follows %d, has not its posts", author), true, nil
		}
	}
	if fault, err = a.foreignPost(ctx, feed); err != nil || fault != "" {
		return fault, true, err
	}
	fault, err = a.missingPost(ctx, cache, feed, followed)
	return fault, true, err
}

func readFeed(ctx context.Context, cache *redis.Client, member int64) (feed storedFeed, there bool, err error) {
	key := feedPrefix + strconv.FormatInt(member, 10)
	state, err := cache.HMGet(ctx, key+stateSuffix, "version", "ready", "mark", "form").Result()
	if err != nil {
		return feed, false, fmt.Errorf("read feed of member %d: %w", member, err)
	}
	if state[1] != "1" || state[3] != listForm {
		return feed, false, nil
	}
	feed.version, _ = state[0].(string)
	feed.mark, _ = state[2].(string)
	authors, err := cache.SMembers(ctx, key+authorsSuffix).Result()
	if err != nil {
		return feed, false, fmt.Errorf("read feed of member %d: %w", member, err)
	}
	entries, err := cache.LRange(ctx, key, 0, -1).Result()
	if err != nil {
		return feed, false, fmt.Errorf("read feed of member %d: %w", member, err)
	}
	feed.authors, feed.posts = map[int64]bool{}, map[int64]bool{}
	for _, text := range authors {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
			feed.authors[id] = true
		}
	}
	for i, entry := range entries {
		second, id, err := unpackEntry(entry)
		switch {
		case err != nil:
			return feed, false, fmt.Errorf("read feed of member %d: %w", member, err)
		case id == 0: // nothing older exists; and the fence, behind which stands what is not in order yet
			continue
		case i == 0:
			feed.since = second + 1 // the rest of that second may have fallen off
		}
		feed.posts[id] = true
	}
	return feed, len(entries) > 1, nil // one is the fence alone
}

var errEntry = errors.New("an entry is no post")

// unpackEntry reads an entry as timeline packs it: the second in four bytes, then
// the id of the post, the highest byte first.
func unpackEntry(entry string) (second, id int64, err error) {
	const secondBytes, least, most = 4, 8, 12
	if len(entry) < least || len(entry) > most {
		return 0, 0, errEntry
	}
	return number(entry[:secondBytes]), number(entry[secondBytes:]), nil
}

func number(bytes string) (n int64) {
	for i := range len(bytes) {
		n = n<<8 | int64(bytes[i]) //nolint:mnd // a byte
	}
	return n
}

// foreignPost finds a post of someone whom the member does not follow.
func (a *auditing) foreignPost(ctx context.Context, feed storedFeed) (string, error) {
	pool, err := a.stores.sql()
	if err != nil || len(feed.posts) == 0 {
		return "", err
	}
	ids := make([]int64, 0, len(feed.posts))
	for id := range feed.posts {
		ids = append(ids, id)
	}
	var rows []struct{ ID, AuthorID int64 }
	if err := pool.DB(ctx).Raw("SELECT id, author_id FROM posts WHERE id IN ?", ids).Scan(&rows).Error; err != nil {
		return "", fmt.Errorf("read posts of a feed: %w", err)
	}
	for _, r := range rows {
		if !feed.authors[r.AuthorID] {
			return fmt.Sprintf("has post %d of %d, whom it does not follow", r.ID, r.AuthorID), nil
		}
	}
	return "", nil
}

const feedLength = 800

// missingPost finds a post that belongs into the feed, is not in it, and is not in
// the stream of what is merged when it is read.
func (a *auditing) missingPost(ctx context.Context, cache *redis.Client, feed storedFeed, followed []int64) (string, error) {
	pool, err := a.stores.sql()
	if err != nil || len(followed) == 0 {
		return "", err
	}
	var newest []int64
	err = pool.DB(ctx).Raw("SELECT id FROM posts WHERE author_id IN ? AND NOT is_deleted AND created_at >= ? ORDER BY created_at DESC, id DESC LIMIT ?",
		followed, time.Unix(feed.since, 0).UTC(), feedLength/2).Scan(&newest).Error
	if err != nil {
		return "", fmt.Errorf("read posts for a feed: %w", err)
	}
	absent := slices.DeleteFunc(newest, func(id int64) bool { return feed.posts[id] })
	if len(absent) == 0 {
		return "", nil
	}
	start := "(" + feed.mark
	if feed.mark == "" || feed.mark == "0-0" {
		start = "-"
	}
	stream, err := cache.XRange(ctx, streamKey, start, "+").Result()
	if err != nil {
		return "", fmt.Errorf("read what is not pushed: %w", err)
	}
	for _, entry := range stream {
		for _, value := range entry.Values {
			text, _ := value.(string)
			id, err := strconv.ParseInt(text, 10, 64)
			if err == nil {
				absent = slices.DeleteFunc(absent, func(a int64) bool { return a == id })
			}
		}
	}
	if len(absent) == 0 {
		return "", nil
	}
	return fmt.Sprintf("lacks post %d and %d more", absent[0], len(absent)-1), nil
}
