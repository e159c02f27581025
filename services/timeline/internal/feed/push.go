package feed

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// feedsPerScript bounds how long a script keeps Redis from others: about a
// millisecond.
const feedsPerScript = 250

// Push adds a post of author to the stored feeds of followers, in one round trip,
// and returns how many it was given to. The moment is from before the followers were
// asked for: feeds that were begun since then without author stay as they are.
// Pushing twice changes nothing.
func (s *Store) Push(ctx context.Context, since timeline.FeedMoment, author timeline.MemberID, entry timeline.FeedEntry, followers []timeline.MemberID) (taken int, err error) {
	taken, err = s.push(ctx, since, author, entry, followers)
	if redis.HasErrorPrefix(err, "NOSCRIPT") { // a Redis that has just started
		if err = pushScript.Load(ctx, s.redis).Err(); err == nil {
			taken, err = s.push(ctx, since, author, entry, followers)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("push post %d: %w", entry.PostID, err)
	}
	s.metrics.pushed(taken)
	return taken, nil
}

func (s *Store) push(ctx context.Context, since timeline.FeedMoment, author timeline.MemberID, entry timeline.FeedEntry, followers []timeline.MemberID) (taken int, err error) {
	if len(followers) == 0 {
		return 0, nil
	}
	pipe, packed, ticket := s.redis.Pipeline(), packEntry(entry), rand.Text()
	for chunk := range slices.Chunk(followers, feedsPerScript) {
		pushScript.EvalSha(ctx, pipe, append([]string{begunKey}, feedKeys(chunk)...), int64(author), packed, string(since), begunMost, seconds(streamLife), ticket)
	}
	answers, err := pipe.Exec(ctx)
	if err != nil {
		return 0, err
	}
	for _, answer := range answers {
		told, _ := answer.(*redis.Cmd).Slice() //nolint:errcheck // each of them has been answered
		if len(told) != 2 {                    //nolint:mnd // as the script says
			return 0, errAnswer
		}
		n, _ := told[0].(int64)
		moment, _ := told[1].(string)
		taken += int(n)
		s.moments.tell(timeline.FeedMoment(moment))
	}
	return taken, nil
}

// Offer lets every feed that has author take the post when it is next read.
func (s *Store) Offer(ctx context.Context, author timeline.MemberID, entry timeline.FeedEntry) error {
	err := s.announce(ctx, []any{"author", int64(author), "post", int64(entry.PostID), "second", entry.CreatedAt.Unix()})
	if err != nil {
		return fmt.Errorf("offer post %d: %w", entry.PostID, err)
	}
	s.metrics.offered()
	return nil
}

// AuthorLeft has every feed with posts of author built again when it is next
// read, and forgets the feed of author.
func (s *Store) AuthorLeft(ctx context.Context, author timeline.MemberID) error {
	err := s.announce(ctx, []any{"left", int64(author)})
	if err == nil {
		key := feedKey(author)
		err = s.redis.Del(ctx, key, key+authorsSuffix, key+stateSuffix).Err()
	}
	if err != nil {
		return fmt.Errorf("announce that member %d left: %w", author, err)
	}
	return nil
}

func (s *Store) announce(ctx context.Context, fields []any) error {
	pipe := s.redis.Pipeline()
	pipe.XAdd(ctx, &redis.XAddArgs{Stream: streamKey, MaxLen: streamLength, Approx: true, Values: fields})
	pipe.Expire(ctx, streamKey, streamLife)
	_, err := pipe.Exec(ctx)
	return err
}

// Remove takes a post out of the feeds of followers.
func (s *Store) Remove(ctx context.Context, entry timeline.FeedEntry, followers []timeline.MemberID) error {
	for chunk := range slices.Chunk(followers, feedsPerScript) {
		pipe := s.redis.Pipeline()
		for _, key := range feedKeys(chunk) {
			drop(ctx, pipe, key, entry)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("remove post %d: %w", entry.PostID, err)
		}
	}
	return nil
}

// FollowChanged has the feed of follower built again where it does not know yet
// that target is followed since at, or no longer is. member says so first and by
// itself, with the version of the followings; this heals a version that got lost.
func (s *Store) FollowChanged(ctx context.Context, follower, target timeline.MemberID, following bool, at time.Time) error {
	wanted := 0
	if following {
		wanted = 1
	}
	if err := followScript.Run(ctx, s.redis, []string{feedKey(follower)}, int64(target), wanted, at.UnixMilli()).Err(); err != nil {
		return fmt.Errorf("change followings of feed of member %d: %w", follower, err)
	}
	return nil
}

func feedKeys(members []timeline.MemberID) []string {
	keys := make([]string, len(members))
	for i, member := range members {
		keys[i] = feedKey(member)
	}
	return keys
}
