package kafka

import (
	"context"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"
)

// PartitionLag is how far one group is in one partition.
type PartitionLag struct {
	TopicPartition
	// Committed is the offset that the group goes on from, -1 where it never committed.
	Committed int64
	// Start and End are the oldest offset that is kept, and the next one to be written.
	Start, End int64
}

// Records is how many records the group has yet to handle.
func (l PartitionLag) Records() int64 { return l.End - max(l.Start, min(l.Committed, l.End)) }

// Lag measures a group on the topics, sorted by topic and partition. A topic that
// is not there has no partitions and so no entry. The group need not exist.
func (a *Admin) Lag(ctx context.Context, group string, topics ...string) ([]PartitionLag, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	known, err := a.cluster.layout(ctx)
	if err != nil {
		return nil, err
	}
	partitions := make(map[string][]int)
	for _, topic := range topics {
		for p := range known.partitions[topic] {
			partitions[topic] = append(partitions[topic], p)
		}
	}
	if len(partitions) == 0 {
		return nil, nil
	}
	committed, err := settled(ctx, func() (map[TopicPartition]int64, error) {
		return a.cluster.committed(ctx, group, partitions)
	})
	if err != nil {
		return nil, err
	}
	bounds, err := settled(ctx, func() (map[TopicPartition]offsets, error) {
		return a.cluster.bounds(ctx, partitions)
	})
	if err != nil {
		return nil, err
	}
	return joinLag(committed, bounds), nil
}

// Finished says whether the group has handled everything that the topic holds. A
// topic that is not there is finished.
func (a *Admin) Finished(ctx context.Context, group, topic string) (bool, error) {
	lags, err := a.Lag(ctx, group, topic)
	if err != nil {
		return false, err
	}
	behind := func(l PartitionLag) bool { return l.Records() > 0 }
	return !slices.ContainsFunc(lags, behind), nil
}

func joinLag(committed map[TopicPartition]int64, bounds map[TopicPartition]offsets) []PartitionLag {
	lags := make([]PartitionLag, 0, len(bounds))
	for tp, b := range bounds {
		lags = append(lags, PartitionLag{TopicPartition: tp, Committed: committed[tp], Start: b.first, End: b.next})
	}
	slices.SortFunc(lags, func(x, y PartitionLag) int { return comparePartitions(x.TopicPartition, y.TopicPartition) })
	return lags
}

// settled tries again, until ctx ends, while a coordinator is being found or leaders
// are being chosen, as they are for a while after a topic was made.
func settled[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	pause := backoff{least: retryLeast, most: retryMost}
	for {
		found, err := ask()
		if err == nil || !pause.wait(ctx) {
			return found, err
		}
	}
}

// offsets are the bounds of what a partition holds.
type offsets struct{ first, next int64 }

// committed is where the group goes on, -1 where it never committed.
func (c *cluster) committed(ctx context.Context, group string, partitions map[string][]int) (map[TopicPartition]int64, error) {
	response, err := c.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: partitions})
	if err == nil {
		err = response.Error
	}
	if err != nil {
		return nil, fmt.Errorf("fetch offsets of group %s: %w: %w", group, ErrUnavailable, err)
	}
	found := make(map[TopicPartition]int64)
	for topic, answers := range response.Topics {
		for _, answer := range answers {
			if answer.Error != nil {
				return nil, fmt.Errorf("fetch offset of %s/%d: %w: %w", topic, answer.Partition, ErrUnavailable, answer.Error)
			}
			found[TopicPartition{topic, answer.Partition}] = answer.CommittedOffset
		}
	}
	return found, nil
}

// bounds asks the leaders what the partitions hold, one topic after the other:
// kafka-go opens a connection for each partition that it asks about at once.
func (c *cluster) bounds(ctx context.Context, partitions map[string][]int) (map[TopicPartition]offsets, error) {
	found := make(map[TopicPartition]offsets)
	for topic, numbers := range partitions {
		request := make([]kafka.OffsetRequest, 0, 2*len(numbers))
		for _, n := range numbers {
			request = append(request, kafka.FirstOffsetOf(n), kafka.LastOffsetOf(n))
		}
		response, err := c.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{
			Topics: map[string][]kafka.OffsetRequest{topic: request},
		})
		if err != nil {
			return nil, fmt.Errorf("list offsets of %s: %w: %w", topic, ErrUnavailable, err)
		}
		for _, answer := range response.Topics[topic] {
			if answer.Error != nil {
				return nil, fmt.Errorf("list offsets of %s/%d: %w: %w", topic, answer.Partition, ErrUnavailable, answer.Error)
			}
			found[TopicPartition{topic, answer.Partition}] = offsets{answer.FirstOffset, answer.LastOffset}
		}
	}
	return found, nil
}
