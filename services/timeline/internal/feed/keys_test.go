package feed_test

import (
	"fmt"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// The names of the contract (spec 11), written out.
func feedKey(member timeline.MemberID) string {
	return fmt.Sprintf("timeline:api:posts:followings_recent_posts:%d", member)
}

func versionKey(member timeline.MemberID) string {
	return fmt.Sprintf("member:api:followings-version:%d", member)
}

const streamKey = "timeline:api:posts:not_pushed"
