// Command growth prints what a number of members and posts means: the table of
// docs/growth.md.
package main

import (
	"flag"
	"fmt"

	"github.com/dailyfeed/dailyfeed/test/load/growth"
)

func main() {
	town, sizes := growth.Town{}, growth.Sizes{}
	for name, f := range map[string]struct {
		value    *float64
		fallback float64
		usage    string
	}{
		"active":        {&town.Active, 0.3, "share of members who used the service in the last 30 days"},
		"posts-per-day": {&town.PostsPerDay, 0.5, "of an active member"}, "reads-per-day": {&town.ReadsPerDay, 20, "home pages of an active member"},
		"likes": {&town.LikesPerPost, 5, "of a post"}, "fanout-limit": {&town.FanOutLimit, 1000, "FEED_FANOUT_LIMIT"},
		"post-bytes": {&sizes.Post, 950, "a post and its counters in MySQL"}, "member-bytes": {&sizes.Member, 1400, "a member in MySQL, without follows"},
		"like-bytes": {&sizes.Like, 150, "a like in MySQL"}, "follow-bytes": {&sizes.Follow, 170, "a follow in MySQL"},
		"entry-bytes": {&sizes.FeedEntry, 10.4, "an entry of a feed in Redis"}, "feed-bytes": {&sizes.FeedBeside, 700, "authors and state of a feed in Redis"},
		"page-bytes": {&sizes.StoredPost, 480, "a stored post in Redis"}, "event-bytes": {&sizes.Event, 450, "an event in Kafka"},
	} {
		flag.Float64Var(f.value, name, f.fallback, f.usage)
	}
	flag.Parse()
	const giga = 1e9
	fmt.Println("| members | posts | posts table | likes | follows | feeds in Redis | stored posts | pushed | pushes/s | to the stream/s | feed built again after | events/day | topic/day | home pages/s |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, members := range []float64{1e5, 1e6, 1e7} {
		town.Members, town.Posts = members, 100*members
		l := growth.Simulate(town, sizes)
		fmt.Printf("| %.0f | %.0f M | %.0f GB | %.0f GB | %.1f GB | %.1f GB | %.1f GB | %.0f %% | %.0f | %.2f | %.0f s | %.1f M | %.1f GB | %.0f |\n",
			members, town.Posts/1e6, l.PostsTable/giga, l.LikesTable/giga, l.FollowsTable/giga, l.Feeds/giga, l.Pages/giga, 100*l.PushedShare,
			l.PushesPerSecond, l.OfferedPerSecond, l.CatchUp, l.EventsPerDay/1e6, l.TopicPerDay/giga, l.ReadsPerSecond)
	}
}
