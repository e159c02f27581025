package scenario

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// feedPrefix begins the keys of home feeds, whose entries end with a post's id.
const feedPrefix = "timeline:api:posts:followings_recent_posts:"

func feedKey(member int64) string { return feedPrefix + strconv.FormatInt(member, 10) }

// postOf is the post of a stored entry, which follows four bytes of time.
func postOf(entry string) (id int64) {
	for i := 4; i < len(entry); i++ {
		id = id<<8 | int64(entry[i]) //nolint:mnd // a byte
	}
	return id
}

// fullFeed is how many posts a stored feed has at most.
const fullFeed = 800

// feedSizes asks Redis for the memory of every stored feed, with that of its key.
// An entry that a feed still has beyond the 800 is charged to those.
func (b *Bench) feedSizes(ctx context.Context) error {
	var all, full struct{ bytes, entries, feeds int64 }
	iterator := b.Redis.Scan(ctx, 0, feedPrefix+"*", 5000).Iterator() //nolint:mnd // keys at a time
	for iterator.Next(ctx) {
		key := iterator.Val()
		if strings.Contains(strings.TrimPrefix(key, feedPrefix), ":") {
			continue
		}
		bytes, err := b.Redis.MemoryUsage(ctx, key, 0).Result() // 0: every entry
		if err != nil {
			return fmt.Errorf("size of %s: %w", key, err)
		}
		length, err := b.Redis.LLen(ctx, key).Result()
		if err != nil {
			return fmt.Errorf("length of %s: %w", key, err)
		}
		entries := min(length, fullFeed)
		all.bytes, all.entries, all.feeds = all.bytes+bytes, all.entries+entries, all.feeds+1
		if entries == fullFeed {
			full.bytes, full.entries, full.feeds = full.bytes+bytes, full.entries+entries, full.feeds+1
		}
	}
	if err := iterator.Err(); err != nil {
		return fmt.Errorf("look for feeds: %w", err)
	}
	b.Report.Add(report.Figure{
		Name: "Redis: an entry of a full feed", Unit: "bytes", Ours: []float64{float64(full.bytes) / float64(max(full.entries, 1))}, Promise: 12, //nolint:mnd // the promise
		Note: fmt.Sprintf("MEMORY USAGE of %d feeds of 800", full.feeds),
	})
	b.Report.Add(report.Figure{
		Name: "Redis: an entry of any feed", Unit: "bytes", Ours: []float64{float64(all.bytes) / float64(max(all.entries, 1))}, Promise: 12, //nolint:mnd // the promise
		Note: fmt.Sprintf("of all %d stored feeds, %d entries each", all.feeds, all.entries/max(all.feeds, 1)),
	})
	return nil
}
