package mongostore

import (
	"container/heap"
	"context"
	"iter"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

const (
	// scansMost is how many ranges of an index MongoDB merges in order
	// (internalQueryMaxScansToExplode); with more it would read all that there
	// is and sort it. A range is one type of one member.
	scansMost = 200
	// openAtOnce bounds the queries of one walk that begin at the same time.
	openAtOnce = 8
	batchMost  = 500
)

// Walk implements activity.FollowedReader: a query per so many members that each
// is answered in the order of its index, merged here.
func (s *Store) Walk(ctx context.Context, walk activity.Walk) iter.Seq2[activity.Activity, error] {
	return func(yield func(activity.Activity, error) bool) {
		streams, err := s.openStreams(ctx, walk)
		defer closeAll(ctx, streams)
		if err != nil {
			yield(activity.Activity{}, err)
			return
		}
		merged := make(merger, 0, len(streams))
		for _, stream := range streams {
			if stream.ended {
				continue
			}
			merged = append(merged, stream)
		}
		heap.Init(&merged)
		for len(merged) > 0 {
			first := merged[0]
			if !yield(toActivity(first.head), nil) {
				return
			}
			if err := first.advance(ctx); err != nil {
				yield(activity.Activity{}, s.fault(ctx, "walk activities", err))
				return
			}
			if first.ended {
				heap.Pop(&merged)
			} else {
				heap.Fix(&merged, 0)
			}
		}
	}
}

func (s *Store) openStreams(ctx context.Context, walk activity.Walk) ([]*stream, error) {
	if len(walk.Members) == 0 || len(walk.Types) == 0 {
		return nil, nil
	}
	chunks := slices.Collect(slices.Chunk(walk.Members, max(1, scansMost/len(walk.Types))))
	streams := make([]*stream, len(chunks))
	var opening errgroup.Group
	opening.SetLimit(openAtOnce)
	for i, members := range chunks {
		opening.Go(func() (err error) {
			streams[i], err = s.openStream(ctx, members, walk)
			return err
		})
	}
	return streams, opening.Wait()
}

func (s *Store) openStream(ctx context.Context, members []activity.MemberID, walk activity.Walk) (*stream, error) {
	filter := bson.D{in("member_id", members), in("member_activity_type", walk.Types)}
	filter = append(filter, between(walk.Since, walk.After)...)
	cursor, err := s.client.Collection(activities).Find(ctx, filter, options.Find().
		SetSort(newestFirst()).SetHint(byMemberAndType.Name()).SetBatchSize(int32(min(max(walk.Expect, 1), batchMost))))
	if err != nil {
		return nil, s.fault(ctx, "walk activities", err)
	}
	opened := &stream{cursor: cursor}
	if err := opened.advance(ctx); err != nil {
		return opened, s.fault(ctx, "walk activities", err)
	}
	return opened, nil
}

// stream is one query with the activity that it is at.
type stream struct {
	cursor *driver.Cursor
	head   activityDocument
	ended  bool
}

func (s *stream) advance(ctx context.Context) error {
	if !s.cursor.Next(ctx) {
		s.ended = true
		return s.cursor.Err()
	}
	s.head = activityDocument{}
	return s.cursor.Decode(&s.head)
}

// closeAll tells the server also where the caller has left: it would keep what a
// walk holds for ten minutes.
func closeAll(ctx context.Context, streams []*stream) {
	for _, s := range streams {
		if s != nil {
			_ = s.cursor.Close(context.WithoutCancel(ctx)) // within the client's own time limit
		}
	}
}

// merger is a heap of streams, the newest head first.
type merger []*stream

func (m merger) Len() int      { return len(m) }
func (m merger) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

func (m merger) Less(i, j int) bool {
	a, b := m[i].head, m[j].head
	if order := a.CreatedAt.Compare(b.CreatedAt); order != 0 {
		return order > 0
	}
	return a.ID.Hex() > b.ID.Hex()
}

// Push implements heap.Interface; streams are never added.
func (m *merger) Push(x any) { *m = append(*m, x.(*stream)) } //nolint:forcetypeassert,errcheck // only streams are in it

// Pop implements heap.Interface.
func (m *merger) Pop() any {
	last := len(*m) - 1
	popped := (*m)[last]
	*m = (*m)[:last]
	return popped
}
