package pipeline

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Topic is a day's topic and how far each group is in it.
type Topic struct {
	Name       string `json:"name"`
	Partitions int    `json:"partitions"`
	// Records is how many it holds.
	Records int64 `json:"records"`
	// Lag is how many records each service has yet to handle.
	Lag map[string]int64 `json:"lag"`
}

// ListTopics returns the daily topics, the oldest first.
func (s *Stores) ListTopics(ctx context.Context) ([]Topic, error) {
	admin, err := s.kafka()
	if err != nil {
		return nil, err
	}
	names, err := s.days(ctx)
	if err != nil {
		return nil, err
	}
	topics := make([]Topic, len(names))
	byName := make(map[string]*Topic, len(names))
	for i, name := range names {
		topics[i] = Topic{Name: name, Lag: map[string]int64{}}
		byName[name] = &topics[i]
	}
	for n, service := range services {
		lags, err := admin.Lag(ctx, GroupOf(service), names...)
		if err != nil {
			return nil, fmt.Errorf("measure lag of %s: %w", service, err)
		}
		for _, lag := range lags {
			topic := byName[lag.Topic]
			topic.Lag[service] += lag.Records()
			if n == 0 {
				topic.Partitions++
				topic.Records += lag.End - lag.Start
			}
		}
	}
	return topics, nil
}

// place is a partition of a topic.
type place = kafka.TopicPartition

// committed is where a service's group goes on in each partition of the topics.
func (s *Stores) committed(ctx context.Context, service string, topics ...string) (map[place]int64, error) {
	admin, err := s.kafka()
	if err != nil {
		return nil, err
	}
	lags, err := admin.Lag(ctx, GroupOf(service), topics...)
	if err != nil {
		return nil, fmt.Errorf("find how far %s is: %w", service, err)
	}
	next := make(map[place]int64, len(lags))
	for _, lag := range lags {
		next[lag.TopicPartition] = max(lag.Committed, 0)
	}
	return next, nil
}

// daysAhead is how many days after today have their topic (spec 10).
const daysAhead = 2

// MissingTopics are those of today and the next two days that are not among names.
func (s *Stores) MissingTopics(names map[string]bool) (missing []string) {
	for day := range daysAhead + 1 {
		if name := kafka.DailyTopic(s.addresses.Prefix, s.now().AddDate(0, 0, day)); !names[name] {
			missing = append(missing, name)
		}
	}
	return missing
}
