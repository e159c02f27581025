package kafka

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAssign_GivesEveryPartitionOnceAndSpreadsEachTopicAndTheTotal(t *testing.T) {
	t.Parallel()
	topics := map[string]int{"d1": 6, "d2": 6, "d3": 6, "small": 1, "other": 2}
	for members := 1; members <= 9; members++ {
		subscriptions := make(map[string][]string)
		for m := range members {
			subscriptions[string(rune('a'+m))] = []string{"d1", "d2", "d3", "small", "other"}
		}
		shares := assign(subscriptions, topics)
		require.Equal(t, shares, assign(subscriptions, topics), "the same again")
		owners := make(map[TopicPartition]string)
		ofTopic := make(map[string]map[string]int)
		for member, share := range shares {
			require.LessOrEqual(t, len(share), 21/members+2)
			for _, tp := range share {
				require.Empty(t, owners[tp], "%v", tp)
				owners[tp] = member
				if ofTopic[tp.Topic] == nil {
					ofTopic[tp.Topic] = make(map[string]int)
				}
				ofTopic[tp.Topic][member]++
			}
		}
		require.Len(t, owners, 21)
		for _, count := range ofTopic["d2"] {
			require.LessOrEqual(t, count, (6+members-1)/members)
		}
	}
}

func TestAssign_GivesNobodyATopicThatItDidNotAskFor(t *testing.T) {
	t.Parallel()
	shares := assign(
		map[string][]string{"old": {"d1"}, "new": {"d1", "d2"}},
		map[string]int{"d1": 2, "d2": 2, "nobody's": 3},
	)
	require.ElementsMatch(t, []TopicPartition{{"d1", 0}}, shares["new"][:1])
	require.Contains(t, shares["new"], TopicPartition{"d2", 0})
	require.Contains(t, shares["new"], TopicPartition{"d2", 1})
	require.NotContains(t, shares["old"], TopicPartition{"d2", 0})
	require.Len(t, append(shares["old"], shares["new"]...), 4)
}

func TestAssignment_SurvivesTheWire(t *testing.T) {
	t.Parallel()
	for _, partitions := range [][]TopicPartition{nil, {{"a", 0}, {"a", 5}, {"b", 2}}} {
		encoded, err := encodeAssignment(partitions)
		require.NoError(t, err)
		decoded, err := decodeAssignment(encoded)
		require.NoError(t, err)
		require.Equal(t, partitions, decoded)
	}
	decoded, err := decodeAssignment(nil)
	require.NoError(t, err)
	require.Empty(t, decoded)
}
