package app

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// topicDaysAhead is how many days after today get their topic (spec 10).
const topicDaysAhead = 2

// ensureTopics makes the topics of today and the next two days.
func (s *service) ensureTopics(ctx context.Context) error {
	var names []string
	for day := range topicDaysAhead + 1 {
		names = append(names, kafka.DailyTopic(s.topicPrefix, now().AddDate(0, 0, day)))
	}
	if _, err := s.topics.EnsureTopics(ctx, s.topicSpec, names...); err != nil {
		return fmt.Errorf("ensure topics: %w", err)
	}
	return nil
}
