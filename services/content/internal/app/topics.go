package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// topicDaysAhead is how many days after today get their topic (spec 10).
const topicDaysAhead = 2

// consumerGroups read the topics; a topic that one of them has not finished is kept.
func consumerGroups() []string {
	const form = "member-activity-consumer-group-%s-svc"
	var groups []string
	for _, service := range []string{"activity", "timeline", "search", "content"} {
		groups = append(groups, fmt.Sprintf(form, service))
	}
	return groups
}

// topics looks after the daily topics.
type topics struct {
	admin  *kafka.Admin
	spec   kafka.TopicSpec
	prefix string
}

// openTopics fails where no Kafka is set, as it may be with PUBLISH_TYPE=HTTP.
func openTopics(cfg config.Config, spec kafka.TopicSpec) (*topics, error) {
	admin, err := kafka.NewAdmin(kafka.AdminConfig{Bootstrap: bootstrap(cfg), ClientID: "content"})
	if err != nil {
		return nil, err
	}
	return &topics{admin: admin, spec: spec, prefix: cfg.TopicPrefix}, nil
}

func (t *topics) close() { t.admin.Close() }

// ensure makes the topics of today and the next two days, and returns the new ones.
func (t *topics) ensure(ctx context.Context, today time.Time) ([]string, error) {
	var names []string
	for day := range topicDaysAhead + 1 {
		names = append(names, kafka.DailyTopic(t.prefix, today.AddDate(0, 0, day)))
	}
	made, err := t.admin.EnsureTopics(ctx, t.spec, names...)
	if err != nil {
		return made, fmt.Errorf("ensure topics: %w", err)
	}
	if len(made) > 0 {
		slog.InfoContext(ctx, "topics made", "topics", made)
	}
	return made, nil
}

// unfinished is a partition of an old topic that a group has not read to its end.
type unfinished struct {
	Group     string `json:"group"`
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Records   int64  `json:"records"`
}

func (u unfinished) String() string {
	return fmt.Sprintf("%s/%d: %d records for %s", u.Topic, u.Partition, u.Records, u.Group)
}

// deleteOld deletes the topics of days before keepFrom that every group has
// finished. The others it keeps, and returns what is unfinished in them.
func (t *topics) deleteOld(ctx context.Context, keepFrom time.Time) (deleted []string, kept []unfinished, err error) {
	names, err := t.admin.ListTopics(ctx, t.prefix)
	if err != nil {
		return nil, nil, fmt.Errorf("list topics: %w", err)
	}
	for _, name := range names {
		day, isDaily := kafka.DayOf(t.prefix, name)
		if !isDaily || !day.Before(keepFrom) {
			continue
		}
		left, err := t.unfinished(ctx, name)
		if err != nil {
			return deleted, kept, err
		}
		if len(left) > 0 {
			kept = append(kept, left...)
			continue
		}
		if err := t.admin.DeleteTopics(ctx, name); err != nil {
			return deleted, kept, fmt.Errorf("delete topic %s: %w", name, err)
		}
		deleted = append(deleted, name)
	}
	return deleted, kept, nil
}

func (t *topics) unfinished(ctx context.Context, topic string) (left []unfinished, err error) {
	for _, group := range consumerGroups() {
		lags, err := t.admin.Lag(ctx, group, topic)
		if err != nil {
			return nil, fmt.Errorf("lag of group %s on %s: %w", group, topic, err)
		}
		for _, lag := range lags {
			if lag.Records() > 0 {
				left = append(left, unfinished{Group: group, Topic: topic, Partition: lag.Partition, Records: lag.Records()})
			}
		}
	}
	return left, nil
}

func ensureTopics(ctx context.Context, cfg config.Config, _ []string) error {
	t, err := openTopics(cfg, kafka.TopicSpec{Partitions: cfg.TopicPartitions})
	if err != nil {
		return err
	}
	defer t.close()
	if err := process.WaitFor(ctx, "kafka", t.admin.Ping); err != nil {
		return err
	}
	_, err = t.ensure(ctx, now())
	return err
}

var errKept = errors.New("old topics are kept because a group has not finished them")

func deleteOldTopics(ctx context.Context, cfg config.Config, args []string) error {
	flags := flag.NewFlagSet("delete-old-topics", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	keepDays := flags.Int("keep-days", 7, "days to keep, today included")
	if err := flags.Parse(args); err != nil || *keepDays < 1 || flags.NArg() > 0 {
		return fmt.Errorf("%w: delete-old-topics [--keep-days N], N at least 1", process.ErrUsage)
	}
	t, err := openTopics(cfg, kafka.TopicSpec{Partitions: cfg.TopicPartitions})
	if err != nil {
		return err
	}
	defer t.close()
	today := now().Truncate(24 * time.Hour) //nolint:mnd // UTC days
	deleted, kept, err := t.deleteOld(ctx, today.AddDate(0, 0, 1-*keepDays))
	slog.InfoContext(ctx, "old topics", "deleted", deleted, "kept", kept)
	if err == nil && len(kept) > 0 {
		err = fmt.Errorf("%w: %v", errKept, kept)
	}
	return err
}
