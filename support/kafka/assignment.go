package kafka

import (
	"cmp"
	"maps"
	"slices"
)

// assign divides the partitions among the members. Each partition goes to the
// subscribed member that has the fewest of its topic, and among those the fewest
// of all: today's topic is spread as evenly as the total. The same arguments give
// the same answer. subscriptions is topics by member, partitions is how many each
// topic has.
func assign(subscriptions map[string][]string, partitions map[string]int) map[string][]TopicPartition {
	assigned := make(map[string][]TopicPartition, len(subscriptions))
	members := slices.Sorted(maps.Keys(subscriptions))
	for _, topic := range slices.Sorted(maps.Keys(partitions)) {
		ofTopic := make(map[string]int)
		candidates := slices.DeleteFunc(slices.Clone(members), func(m string) bool {
			return !slices.Contains(subscriptions[m], topic)
		})
		if len(candidates) == 0 {
			continue
		}
		for p := range partitions[topic] {
			poorest := slices.MinFunc(candidates, func(a, b string) int {
				return cmp.Or(cmp.Compare(ofTopic[a], ofTopic[b]), cmp.Compare(len(assigned[a]), len(assigned[b])))
			})
			ofTopic[poorest]++
			assigned[poorest] = append(assigned[poorest], TopicPartition{topic, p})
		}
	}
	return assigned
}
