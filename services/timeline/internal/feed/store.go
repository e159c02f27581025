package feed

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
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
	moments moments
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
	return []any{s.now().Unix(), how, from, part.Count + 1, catchUp, seconds(touchEvery), seconds(feedLife), listForm}
}

// toRun reads the answer of readScript to a question for one entry more than
// count.
func toRun(answer []any, count int) (run timeline.FeedRun, err error) {
	const head = 2 // texts before the entries
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
	texts, err := toTexts(answer[1:])
	if err != nil || len(texts) < head {
		return run, errors.Join(errAnswer, err)
	}
	if run.Version, err = strconv.ParseInt(texts[0], 10, 64); err != nil {
		return run, errors.Join(errAnswer, err)
	}
	run.Whole = texts[1] == "1"
	texts = texts[head:]
	run.Bottom = len(texts) <= count
	for _, text := range slices.Backward(texts) {
		entry, ok := unpackEntry(text)
		if !ok {
			return run, errAnswer
		}
		if entry.PostID == 0 {
			run.Bottom, run.Whole = true, true
			break
		}
		run.Entries = append(run.Entries, entry)
	}
	run.Entries = run.Entries[:min(len(run.Entries), count)]
	return run, nil
}

func toTexts(values []any) ([]string, error) {
	texts := make([]string, len(values))
	for i, value := range values {
		var ok bool
		if texts[i], ok = value.(string); !ok {
			return nil, errAnswer
		}
	}
	return texts, nil
}

// BeginFeed implements timeline.FeedStore.
func (s *Store) BeginFeed(ctx context.Context, reader timeline.MemberID, followings timeline.Followings) (ticket string, err error) {
	ticket = rand.Text()
	now := s.now()
	args := []any{
		ticket, followings.Version, now.Unix(), seconds(buildLife), listForm, now.UnixMilli(), int64(reader), begunLength, seconds(streamLife),
	}
	for _, member := range followings.Members {
		args = append(args, int64(member))
	}
	if err := beginScript.Run(ctx, s.redis, []string{feedKey(reader), streamKey, begunKey}, args...).Err(); err != nil {
		return "", fmt.Errorf("begin feed of member %d: %w", reader, err)
	}
	return ticket, nil
}

// FillFeed implements timeline.FeedStore.
func (s *Store) FillFeed(ctx context.Context, reader timeline.MemberID, ticket string, entries []timeline.FeedEntry, whole bool) error {
	args := packEntries([]any{ticket, seconds(feedLife)}, entries, whole)
	if err := fillScript.Run(ctx, s.redis, []string{feedKey(reader)}, args...).Err(); err != nil {
		return fmt.Errorf("fill feed of member %d: %w", reader, err)
	}
	s.metrics.built()
	return nil
}

// KeepOlder implements timeline.FeedStore.
func (s *Store) KeepOlder(ctx context.Context, reader timeline.MemberID, version int64, until time.Time, entries []timeline.FeedEntry, whole bool) error {
	args := packEntries([]any{version, until.Unix(), seconds(olderLife)}, entries, whole)
	if err := olderScript.Run(ctx, s.redis, []string{feedKey(reader)}, args...).Err(); err != nil {
		return fmt.Errorf("keep what is older than the feed of member %d: %w", reader, err)
	}
	return nil
}

// packEntries appends entries as a list keeps them, the newest last, and the fence.
func packEntries(args []any, entries []timeline.FeedEntry, whole bool) []any {
	if whole {
		args = append(args, bottom)
	}
	for _, entry := range oldestFirst(entries) {
		args = append(args, packEntry(entry))
	}
	return append(args, fence)
}

// DropFromFeed implements timeline.FeedStore.
func (s *Store) DropFromFeed(ctx context.Context, reader timeline.MemberID, entries []timeline.FeedEntry) error {
	pipe := s.redis.Pipeline()
	for _, entry := range entries {
		drop(ctx, pipe, feedKey(reader), entry)
		drop(ctx, pipe, feedKey(reader)+olderSuffix, entry)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("drop from feed of member %d: %w", reader, err)
	}
	return nil
}

// drop takes an entry out of the list at key; it is looked for from the newest on.
func drop(ctx context.Context, pipe redis.Pipeliner, key string, entry timeline.FeedEntry) {
	pipe.LRem(ctx, key, -1, packEntry(entry))
}

// FindFeedBase implements timeline.FeedStore.
func (s *Store) FindFeedBase(ctx context.Context, reader timeline.MemberID) (timeline.FeedBase, error) {
	key := feedKey(reader)
	pipe := s.redis.TxPipeline() // all of the same build
	version, authors := pipe.HGet(ctx, key+stateSuffix, "version"), pipe.SMembers(ctx, key+authorsSuffix)
	feed, older := askEnds(ctx, pipe, key), askEnds(ctx, pipe, key+olderSuffix)
	_, err := pipe.Exec(ctx)
	var base timeline.FeedBase
	if err == nil {
		base.Followings, err = toFollowings(version.Val(), authors.Val())
	} else if errors.Is(err, redis.Nil) {
		err = timeline.ErrAbsent
	}
	if err != nil {
		return timeline.FeedBase{}, fmt.Errorf("find what the feed of member %d stands on: %w", reader, err)
	}
	if base.Older, base.Pace = older.pace(); base.Older == 0 {
		_, base.Pace = feed.pace()
	}
	return base, nil
}

// ends are the two ends of a list of entries.
type ends struct {
	length         *redis.IntCmd
	oldest, newest *redis.StringSliceCmd
}

func askEnds(ctx context.Context, pipe redis.Pipeliner, list string) ends {
	return ends{pipe.LLen(ctx, list), pipe.LRange(ctx, list, 0, 0), pipe.LRange(ctx, list, -2, -2)}
}

// pace is how many entries the list has, and the time between two of them.
func (e ends) pace() (length int, between time.Duration) {
	length = max(int(e.length.Val())-1, 0) // without the fence
	if length < 2 {                        //nolint:mnd // between two
		return length, 0
	}
	oldest, ok := unpackEntry(e.oldest.Val()[0])
	newest, okay := unpackEntry(e.newest.Val()[0])
	if !ok || !okay || oldest.PostID == 0 || newest.PostID == 0 { // the bottom and the fence have no time
		return length, 0
	}
	return length, newest.CreatedAt.Sub(oldest.CreatedAt) / time.Duration(length)
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
