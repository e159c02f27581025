package feed

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

// Store keeps home feeds. It implements timeline.FeedStore.
type Store struct {
	redis   *redis.Client
	metrics *Metrics
	now     timeline.Clock
}

var _ timeline.FeedStore = (*Store)(nil)

// NewStore keeps feeds in client.
func NewStore(client *rediscache.Client, metrics *Metrics, now timeline.Clock) *Store {
	return &Store{redis: client.Conn(), metrics: metrics, now: now}
}

// errAnswer is an answer that no script of ours gives.
var errAnswer = errors.New("feed: unexpected answer of a script")

// ReadFeed implements timeline.FeedStore, in one round trip.
func (s *Store) ReadFeed(ctx context.Context, reader timeline.MemberID, part timeline.FeedRange) (timeline.FeedRun, error) {
	answer, err := readScript.Run(ctx, s.redis, []string{feedKey(reader), versionKey(reader), streamKey}, s.runArgs(part)...).Slice()
	if err != nil {
		s.metrics.failed()
		return timeline.FeedRun{}, fmt.Errorf("read feed of member %d: %w", reader, err)
	}
	run, err := toRun(answer, part.Count)
	if err != nil {
		return timeline.FeedRun{}, fmt.Errorf("read feed of member %d: %w", reader, err)
	}
	s.metrics.read(run.State)
	return run, nil
}

// runArgs asks for one entry more than part has, which tells whether it is the last.
func (s *Store) runArgs(part timeline.FeedRange) []any {
	how, from := "rank", int64(part.Start)
	if !part.Until.IsZero() {
		how, from = "until", part.Until.Unix()
	}
	return []any{s.now().Unix(), how, from, part.Count + 1, catchUp, seconds(touchEvery), seconds(feedLife)}
}

// toRun reads the answer of readScript to a question for one entry more than
// count.
func toRun(answer []any, count int) (run timeline.FeedRun, err error) {
	const head, each = 2, 2 // numbers before the entries, and for each of them
	if len(answer) == 0 {
		return run, errAnswer
	}
	switch answer[0] {
	case int64(0):
		return run, nil
	case int64(1):
		run.State = timeline.FeedUnproven
	case int64(2):
		run.State = timeline.FeedReady
	default:
		return run, errAnswer
	}
	numbers, err := toNumbers(answer[1:])
	if err != nil || len(numbers) < head || len(numbers)%each != 0 {
		return run, errors.Join(errAnswer, err)
	}
	run.Version, run.Whole = numbers[0], numbers[1] == 1
	numbers = numbers[head:]
	run.Bottom = len(numbers) < each*(count+1)
	for i := 0; i < len(numbers); i += each {
		if numbers[i] == 0 {
			run.Bottom, run.Whole = true, true
			break
		}
		entry := timeline.FeedEntry{PostID: timeline.PostID(numbers[i]), CreatedAt: time.Unix(numbers[i+1], 0).UTC()}
		run.Entries = append(run.Entries, entry)
	}
	run.Entries = run.Entries[:min(len(run.Entries), count)]
	return run, nil
}

func toNumbers(texts []any) ([]int64, error) {
	numbers := make([]int64, len(texts))
	for i, value := range texts {
		text, ok := value.(string)
		if !ok {
			return nil, errAnswer
		}
		var err error
		if numbers[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// BeginFeed implements timeline.FeedStore.
func (s *Store) BeginFeed(ctx context.Context, reader timeline.MemberID, followings timeline.Followings) (ticket string, err error) {
	ticket = rand.Text()
	args := []any{ticket, followings.Version, s.now().Unix(), seconds(buildLife)}
	for _, member := range followings.Members {
		args = append(args, int64(member))
	}
	if err := beginScript.Run(ctx, s.redis, []string{feedKey(reader), streamKey}, args...).Err(); err != nil {
		return "", fmt.Errorf("begin feed of member %d: %w", reader, err)
	}
	return ticket, nil
}

// FillFeed implements timeline.FeedStore.
func (s *Store) FillFeed(ctx context.Context, reader timeline.MemberID, ticket string, entries []timeline.FeedEntry, whole bool) error {
	args := []any{ticket, 0, seconds(feedLife)}
	if whole {
		args[1] = 1
	}
	for _, entry := range entries {
		args = append(args, entry.CreatedAt.Unix(), int64(entry.PostID))
	}
	if err := fillScript.Run(ctx, s.redis, []string{feedKey(reader)}, args...).Err(); err != nil {
		return fmt.Errorf("fill feed of member %d: %w", reader, err)
	}
	s.metrics.built()
	return nil
}

// DropFromFeed implements timeline.FeedStore.
func (s *Store) DropFromFeed(ctx context.Context, reader timeline.MemberID, posts []timeline.PostID) error {
	ids := make([]any, len(posts))
	for i, post := range posts {
		ids[i] = int64(post)
	}
	if err := s.redis.ZRem(ctx, feedKey(reader), ids...).Err(); err != nil {
		return fmt.Errorf("drop from feed of member %d: %w", reader, err)
	}
	return nil
}

// FindFeedFollowings implements timeline.FeedStore.
func (s *Store) FindFeedFollowings(ctx context.Context, reader timeline.MemberID) (timeline.Followings, error) {
	pipe := s.redis.TxPipeline() // both of the same build
	version := pipe.HGet(ctx, feedKey(reader)+stateSuffix, "version")
	authors := pipe.SMembers(ctx, feedKey(reader)+authorsSuffix)
	if _, err := pipe.Exec(ctx); err != nil {
		if errors.Is(err, redis.Nil) {
			err = timeline.ErrAbsent
		}
		return timeline.Followings{}, fmt.Errorf("find followings of feed of member %d: %w", reader, err)
	}
	return toFollowings(version.Val(), authors.Val())
}

func toFollowings(version string, authors []string) (timeline.Followings, error) {
	if len(authors) == 0 {
		return timeline.Followings{}, timeline.ErrAbsent
	}
	var followings timeline.Followings
	var err error
	if followings.Version, err = strconv.ParseInt(version, 10, 64); err != nil {
		return timeline.Followings{}, errors.Join(errAnswer, err)
	}
	for _, author := range authors {
		id, err := strconv.ParseInt(author, 10, 64)
		if err != nil {
			return timeline.Followings{}, errors.Join(errAnswer, err)
		}
		if id != 0 {
			followings.Members = append(followings.Members, timeline.MemberID(id))
		}
	}
	return followings, nil
}
