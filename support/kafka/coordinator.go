package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/heartbeat"
	"github.com/segmentio/kafka-go/protocol/leavegroup"
	"github.com/segmentio/kafka-go/protocol/offsetcommit"
	"github.com/segmentio/kafka-go/protocol/offsetfetch"
	"github.com/segmentio/kafka-go/protocol/syncgroup"
)

// groupVersions are fixed: kafka-go's pool would choose newer ones, and kafka-go
// 0.4.51 reads the answers to heartbeat and leave from version 1 on in the wrong
// order (an error looks like success), encodes newer heartbeats and syncs wrongly,
// and sends heartbeats to any broker instead of the coordinator. Every broker from
// 2.3 to 4.x takes these.
var groupVersions = map[protocol.ApiKey]int16{
	protocol.JoinGroup:    5,
	protocol.SyncGroup:    3,
	protocol.Heartbeat:    0,
	protocol.LeaveGroup:   0,
	protocol.OffsetCommit: 7,
	protocol.OffsetFetch:  5,
}

// coordinator is the connection to the broker that looks after one group. It
// carries one request at a time, and is made again after a failure.
type coordinator struct {
	cluster  *cluster
	group    string
	clientID string

	mu   sync.Mutex
	conn *protocol.Conn
}

// ask sends one request to the coordinator; R is the type of its answer.
func ask[R protocol.Message](ctx context.Context, c *coordinator, within time.Duration, request protocol.Message) (R, error) {
	answer, err := c.roundTrip(ctx, within, request)
	typed, ok := answer.(R)
	if err == nil && !ok {
		err = fmt.Errorf("ask coordinator of group %s: %w: %T", c.group, errWrongAnswer, answer)
	}
	return typed, err
}

var errWrongAnswer = errors.New("the answer is to another request")

// roundTrip finds the coordinator first where it is not known. The whole may take
// as long as within. After an error the connection is gone.
func (c *coordinator) roundTrip(ctx context.Context, within time.Duration, request protocol.Message) (protocol.Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	// a request that waits for its answer ends with ctx
	interrupt := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	response, err := conn.RoundTrip(request)
	if !interrupt() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		c.drop()
		return nil, fmt.Errorf("ask coordinator of group %s: %w", c.group, err)
	}
	return response, nil
}

func (c *coordinator) connect(ctx context.Context) (*protocol.Conn, error) {
	if c.conn != nil {
		return c.conn, nil
	}
	found, err := c.cluster.client.FindCoordinator(ctx, &kafka.FindCoordinatorRequest{
		Key: c.group, KeyType: kafka.CoordinatorKeyTypeConsumer,
	})
	if err == nil {
		err = found.Error
	}
	if err != nil {
		return nil, fmt.Errorf("find coordinator of group %s: %w", c.group, err)
	}
	conn, err := c.cluster.dial(ctx, found.Coordinator.Host, found.Coordinator.Port)
	if err != nil {
		return nil, fmt.Errorf("reach coordinator of group %s: %w", c.group, err)
	}
	c.conn = protocol.NewConn(conn, c.clientID)
	c.conn.SetVersions(groupVersions)
	return c.conn, nil
}

// drop closes the connection; the next request looks for the coordinator again.
func (c *coordinator) drop() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

func (c *coordinator) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop()
}

// check turns an error code of an answer into an error, and lets go of a
// coordinator that says it is none.
func (c *coordinator) check(code int16, doing string) error {
	if code == 0 {
		return nil
	}
	err := kafka.Error(code)
	if errors.Is(err, kafka.NotCoordinatorForGroup) || errors.Is(err, kafka.GroupCoordinatorNotAvailable) {
		c.close()
	}
	return fmt.Errorf("%s group %s: %w", doing, c.group, err)
}

// requestWithin bounds every request but the join, which waits for the others.
const requestWithin = 5 * time.Second

// generation is one membership: what it may do ends with it.
type generation struct {
	member string
	number int32
}

func (c *coordinator) heartbeat(ctx context.Context, g generation) error {
	answer, err := ask[*heartbeat.Response](ctx, c, requestWithin, &heartbeat.Request{
		GroupID: c.group, GenerationID: g.number, MemberID: g.member,
	})
	if err != nil {
		return err
	}
	return c.check(answer.ErrorCode, "heartbeat in")
}

// leave tells the group that the member is gone, so that nobody waits for it.
func (c *coordinator) leave(ctx context.Context, member string) error {
	answer, err := ask[*leavegroup.Response](ctx, c, requestWithin, &leavegroup.Request{
		GroupID: c.group, Members: []leavegroup.RequestMember{{MemberID: member}},
	})
	if err != nil {
		return err
	}
	return c.check(answer.ErrorCode, "leave")
}

// sync waits until the leader has divided the partitions, and returns this member's.
func (c *coordinator) sync(ctx context.Context, within time.Duration, request *syncgroup.Request) ([]byte, error) {
	response, err := ask[*syncgroup.Response](ctx, c, within, request)
	if err != nil {
		return nil, err
	}
	return response.Assignments, c.check(response.ErrorCode, "sync")
}

// committed is where the group goes on in the partition; -1 where it never was.
func (c *coordinator) committed(ctx context.Context, tp TopicPartition) (int64, error) {
	response, err := ask[*offsetfetch.Response](ctx, c, requestWithin, &offsetfetch.Request{
		GroupID: c.group,
		Topics:  []offsetfetch.RequestTopic{{Name: tp.Topic, PartitionIndexes: []int32{int32(tp.Partition)}}},
	})
	if err != nil {
		return 0, err
	}
	if err := c.check(response.ErrorCode, "fetch offsets of"); err != nil {
		return 0, err
	}
	for _, topic := range response.Topics {
		for _, p := range topic.Partitions {
			return p.CommittedOffset, c.check(p.ErrorCode, "fetch offset of")
		}
	}
	return 0, fmt.Errorf("fetch offset of group %s for %v: %w", c.group, tp, protocol.ErrNoPartition)
}

// commit stores where the group goes on. It returns the partitions that were not
// stored, with the reason; an error means that none is known to be.
func (c *coordinator) commit(ctx context.Context, g generation, next map[TopicPartition]int64) (map[TopicPartition]error, error) {
	answer, err := ask[*offsetcommit.Response](ctx, c, requestWithin, &offsetcommit.Request{
		GroupID: c.group, GenerationID: g.number, MemberID: g.member, Topics: commitTopics(next),
	})
	if err != nil {
		return nil, err
	}
	failed := make(map[TopicPartition]error)
	for _, topic := range answer.Topics {
		for _, p := range topic.Partitions {
			if err := c.check(p.ErrorCode, "commit offset of"); err != nil {
				failed[TopicPartition{topic.Name, int(p.PartitionIndex)}] = err
			}
		}
	}
	return failed, nil
}

func commitTopics(next map[TopicPartition]int64) []offsetcommit.RequestTopic {
	byTopic := make(map[string][]offsetcommit.RequestPartition)
	for tp, offset := range next {
		byTopic[tp.Topic] = append(byTopic[tp.Topic], offsetcommit.RequestPartition{
			PartitionIndex: int32(tp.Partition), CommittedOffset: offset, CommittedLeaderEpoch: -1,
		})
	}
	topics := make([]offsetcommit.RequestTopic, 0, len(byTopic))
	for topic, partitions := range byTopic {
		topics = append(topics, offsetcommit.RequestTopic{Name: topic, Partitions: partitions})
	}
	return topics
}
