// Package kafka moves bytes into and out of Kafka, at least once.
//
// Producer writes records and tells for each one whether the broker has it;
// whatever is not known counts as not done. Consumer is a member of a consumer
// group over all topics that share a prefix: it handles each partition in order,
// a failing one without the others, follows topics that come and go, and commits
// what was handled. Admin makes, lists and deletes topics and measures lag.
//
// The group membership is this package's own, on the protocol layer of kafka-go,
// because kafka-go's ConsumerGroup can change its topics only by leaving the
// group: with the broker's default group.initial.rebalance.delay.ms that stops a
// lone consumer for three seconds at every new topic; and because it asks the
// broker to create topics that are gone. Here a member joins again under its old
// id. Brokers from Kafka 2.3 to 4.x speak the versions that are used.
//
// Nothing here asks a broker to create a topic by itself, logs, or reads a clock.
package kafka
