package ctl

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

func newTopics(a *app) *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "topics",
		Short: "The topics of each day, and how many records each service has yet to handle",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStores(cmd.Context(), w, []string{pipeline.Kafka}, func(ctx context.Context, s *pipeline.Stores) error {
				topics, err := s.ListTopics(ctx)
				if err != nil {
					return err
				}
				if len(topics) == 0 {
					return a.nothing([]pipeline.Topic{}, "no topics: `content ensure-topics` makes them")
				}
				return a.showTopics(topics)
			})
		},
	}
	operatorFlags(cmd, &w)
	return cmd
}

func (a *app) showTopics(topics []pipeline.Topic) error {
	head := []string{"TOPIC", "PARTITIONS", "RECORDS"}
	for _, service := range pipeline.Services() {
		head = append(head, "LAG "+strings.ToUpper(service))
	}
	rows := make([][]any, len(topics))
	for i, topic := range topics {
		rows[i] = []any{topic.Name, topic.Partitions, topic.Records}
		for _, service := range pipeline.Services() {
			rows[i] = append(rows[i], topic.Lag[service])
		}
	}
	return a.show(topics, head, rows)
}

func newKeys(a *app) *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "The keys that sign and verify tokens",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStores(cmd.Context(), w, []string{pipeline.MySQL}, func(ctx context.Context, s *pipeline.Stores) error {
				keys, err := s.ListKeys(ctx)
				if err != nil {
					return err
				}
				if len(keys) == 0 {
					return a.nothing([]pipeline.SigningKey{}, "no keys: member makes the first one when it starts")
				}
				rows := make([][]any, len(keys))
				for i, key := range keys {
					until := "-"
					if key.ExpiresAt != nil {
						until = shortTime(*key.ExpiresAt)
					}
					rows[i] = []any{key.KeyID, key.State, key.Algorithm, shortTime(key.ActivatedAt), until}
				}
				return a.show(keys, []string{"KEY", "STATE", "ALGORITHM", "SIGNS FROM", "VERIFIES UNTIL"}, rows)
			})
		},
	}
	operatorFlags(cmd, &w)
	return cmd
}
