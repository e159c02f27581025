package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/consumer"
	"github.com/segmentio/kafka-go/protocol/joingroup"
	"github.com/segmentio/kafka-go/protocol/syncgroup"
)

const (
	groupProtocolType = "consumer"
	groupProtocol     = "dailyfeed-even"
)

// membership is a member of a group between and during generations. The member
// keeps its id over all of them, so that a change of its topics is one rebalance
// and no departure.
type membership struct {
	coordinator      *coordinator
	sessionTimeout   time.Duration
	rebalanceTimeout time.Duration
	member           string
}

// share is what a member got in one generation.
type share struct {
	generation
	leader     bool
	partitions []TopicPartition
}

// join takes part in the next generation with these topics (and how many
// partitions they have, for the case that this member divides them).
func (m *membership) join(ctx context.Context, topics map[string]int) (share, error) {
	joined, err := m.enter(ctx, slices.Sorted(maps.Keys(topics)))
	if err != nil {
		return share{}, err
	}
	request := &syncgroup.Request{
		GroupID: m.coordinator.group, GenerationID: joined.GenerationID, MemberID: m.member,
	}
	leader := joined.LeaderID == m.member
	if leader {
		if request.Assignments, err = divide(joined.Members, topics); err != nil {
			return share{}, err
		}
	}
	assignment, err := m.coordinator.sync(ctx, m.rebalanceTimeout, request)
	if err != nil {
		return share{}, m.forgetIfUnknown(err)
	}
	partitions, err := decodeAssignment(assignment)
	if err != nil {
		return share{}, err
	}
	return share{generation{m.member, joined.GenerationID}, leader, partitions}, nil
}

// enter asks to be in the next generation; a new member is first given its id.
func (m *membership) enter(ctx context.Context, topics []string) (*joingroup.Response, error) {
	subscription, err := protocol.Marshal(0, consumer.Subscription{Topics: topics})
	if err != nil {
		return nil, fmt.Errorf("encode subscription: %w", err)
	}
	for range 2 {
		// the broker answers when all have come or the time for it has passed
		answer, err := ask[*joingroup.Response](ctx, m.coordinator, m.rebalanceTimeout+requestWithin, &joingroup.Request{
			GroupID:            m.coordinator.group,
			SessionTimeoutMS:   int32(m.sessionTimeout.Milliseconds()),
			RebalanceTimeoutMS: int32(m.rebalanceTimeout.Milliseconds()),
			MemberID:           m.member,
			ProtocolType:       groupProtocolType,
			Protocols:          []joingroup.RequestProtocol{{Name: groupProtocol, Metadata: subscription}},
		})
		if err != nil {
			return nil, err
		}
		err = m.coordinator.check(answer.ErrorCode, "join")
		if err == nil {
			m.member = answer.MemberID
			return answer, nil
		}
		if !errors.Is(err, kafka.MemberIDRequired) {
			return nil, m.forgetIfUnknown(err)
		}
		m.member = answer.MemberID
	}
	return nil, fmt.Errorf("join group %s: %w", m.coordinator.group, kafka.MemberIDRequired)
}

// forgetIfUnknown begins as a new member where the group has given this one up.
func (m *membership) forgetIfUnknown(err error) error {
	if errors.Is(err, kafka.UnknownMemberId) {
		m.member = ""
	}
	return err
}

// leave tells the group, where there is a membership.
func (m *membership) leave(ctx context.Context) error {
	if m.member == "" {
		return nil
	}
	err := m.coordinator.leave(ctx, m.member)
	m.member = ""
	return err
}

// divide is the leader's work: who gets what.
func divide(members []joingroup.ResponseMember, partitions map[string]int) ([]syncgroup.RequestAssignment, error) {
	subscriptions := make(map[string][]string, len(members))
	for _, member := range members {
		var subscription consumer.Subscription
		if err := protocol.Unmarshal(member.Metadata, 0, &subscription); err != nil {
			return nil, fmt.Errorf("decode subscription of %s: %w", member.MemberID, err)
		}
		subscriptions[member.MemberID] = subscription.Topics
	}
	shares := assign(subscriptions, partitions)
	assignments := make([]syncgroup.RequestAssignment, 0, len(members))
	for member := range subscriptions {
		encoded, err := encodeAssignment(shares[member])
		if err != nil {
			return nil, err
		}
		assignments = append(assignments, syncgroup.RequestAssignment{MemberID: member, Assignment: encoded})
	}
	return assignments, nil
}

func encodeAssignment(partitions []TopicPartition) ([]byte, error) {
	byTopic := make(map[string][]int32)
	for _, tp := range partitions {
		byTopic[tp.Topic] = append(byTopic[tp.Topic], int32(tp.Partition))
	}
	var assignment consumer.Assignment
	for _, topic := range slices.Sorted(maps.Keys(byTopic)) {
		assignment.AssignedPartitions = append(assignment.AssignedPartitions,
			consumer.TopicPartition{Topic: topic, Partitions: byTopic[topic]})
	}
	encoded, err := protocol.Marshal(0, assignment)
	if err != nil {
		return nil, fmt.Errorf("encode assignment: %w", err)
	}
	return encoded, nil
}

func decodeAssignment(encoded []byte) ([]TopicPartition, error) {
	if len(encoded) == 0 {
		return nil, nil // a member that the leader did not see
	}
	var assignment consumer.Assignment
	if err := protocol.Unmarshal(encoded, 0, &assignment); err != nil {
		return nil, fmt.Errorf("decode assignment: %w", err)
	}
	var partitions []TopicPartition
	for _, topic := range assignment.AssignedPartitions {
		for _, p := range topic.Partitions {
			partitions = append(partitions, TopicPartition{topic.Topic, int(p)})
		}
	}
	slices.SortFunc(partitions, comparePartitions)
	return partitions, nil
}
