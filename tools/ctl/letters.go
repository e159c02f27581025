package ctl

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

func newDeadLetters(a *app) *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "dead-letters",
		Short: "Events that Kafka does not have, and records that a service cannot apply",
	}
	operatorFlags(cmd, &w)
	cmd.AddCommand(newListLetters(a, &w), newShowLetter(a, &w), newRetryLetter(a, &w), newDiscardLetter(a, &w))
	return cmd
}

func newListLetters(a *app, w *where) *cobra.Command {
	var filter pipeline.LetterFilter
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List them, the oldest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter.Type = strings.ToUpper(filter.Type)
			return a.withStores(cmd.Context(), *w, pipeline.StoresOf(filter.Table), func(ctx context.Context, s *pipeline.Stores) error {
				letters, err := s.ListLetters(ctx, filter)
				if err != nil {
					return err
				}
				return a.showLetters(letters)
			})
		},
	}
	cmd.Flags().StringVar(&filter.Table, "table", "", "only of content, member, content-listener, activity, timeline or search")
	cmd.Flags().StringVar(&filter.State, "state", "", "only leased, waiting, parked or discarded")
	cmd.Flags().StringVar(&filter.Type, "type", "", "only this type, such as POST_CREATE")
	cmd.Flags().IntVar(&filter.Limit, "limit", 100, "how many at most")
	return cmd
}

func (a *app) showLetters(letters []pipeline.Letter) error {
	if len(letters) == 0 {
		return a.nothing(letters, "no dead letters")
	}
	rows := make([][]any, len(letters))
	for i, l := range letters {
		rows[i] = []any{l.ID, l.State, l.Type, l.Topic, ago(l.CreatedAt), l.Attempts, l.Error}
	}
	return a.show(letters, []string{"ID", "STATE", "TYPE", "TOPIC", "AGE", "TRIED", "ERROR"}, rows)
}

func newShowLetter(a *app, w *where) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one whole: key, headers, event, error",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStores(cmd.Context(), *w, pipeline.StoresOf(args[0]), func(ctx context.Context, s *pipeline.Stores) error {
				letter, err := s.FindLetter(ctx, args[0])
				if err != nil {
					return err
				}
				return a.showLetter(letter)
			})
		},
	}
}

func (a *app) showLetter(l pipeline.Letter) error {
	rows := [][]any{
		{"id", l.ID},
		{"state", l.State},
		{"type", l.Type},
		{"event", l.EventID},
		{"key", l.Key},
		{"topic", l.Topic},
		{"created", shortTime(l.CreatedAt)},
		{"tried", l.Attempts},
		{"error", l.Error},
	}
	if l.Offset != nil {
		rows = append(rows, []any{"record", fmt.Sprintf("%s/%d@%d", l.Topic, *l.Partition, *l.Offset)})
	}
	if l.NextAttemptAt != nil {
		rows = append(rows, []any{"next try", shortTime(*l.NextAttemptAt)})
	}
	if l.ParkedAt != nil {
		rows = append(rows, []any{"parked", shortTime(*l.ParkedAt)})
	}
	if l.DiscardedAt != nil {
		rows = append(rows, []any{"discarded", shortTime(*l.DiscardedAt)}, []any{"by", l.DiscardedBy}, []any{"reason", l.Reason})
	}
	for _, name := range slices.Sorted(maps.Keys(l.Headers)) {
		rows = append(rows, []any{"header " + name, l.Headers[name]})
	}
	if err := a.show(l, []string{"", ""}, rows); err != nil || a.output == "json" {
		return err
	}
	if len(l.Event) == 0 {
		return a.line(fmt.Sprintf("payload of %d bytes, not an event: %q", len(l.Payload), clip(string(l.Payload))))
	}
	var pretty strings.Builder
	encoder := json.NewEncoder(&pretty)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(l.Event); err != nil {
		return fmt.Errorf("print event: %w", err)
	}
	return a.line(strings.TrimSpace(pretty.String()))
}

func newRetryLetter(a *app, w *where) *cobra.Command {
	return &cobra.Command{
		Use:   "retry ID…",
		Short: "Have them tried again now, as if for the first time",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStores(cmd.Context(), *w, pipeline.StoresOf(args...), func(ctx context.Context, s *pipeline.Stores) error {
				for _, id := range args {
					if err := s.RetryLetter(ctx, id); err != nil {
						return err
					}
					if err := a.show(map[string]string{"retried": id}, []string{"RETRIED"}, [][]any{{id}}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

var (
	errNotConfirmed = errors.New("not discarded")
	errWhoAndWhy    = errors.New("discarding needs --reason, and --by where $USER does not say who")
)

func newDiscardLetter(a *app, w *where) *cobra.Command {
	var who, why string
	var yes bool
	cmd := &cobra.Command{
		Use:   "discard ID",
		Short: "Give one up for good; asks first, and writes down who and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if who == "" {
				who = a.Environ("USER")
			}
			if strings.TrimSpace(why) == "" || who == "" {
				return errWhoAndWhy
			}
			return a.withStores(cmd.Context(), *w, pipeline.StoresOf(args[0]), func(ctx context.Context, s *pipeline.Stores) error {
				letter, err := s.FindLetter(ctx, args[0])
				if err != nil {
					return err
				}
				if !yes && !a.confirms(fmt.Sprintf("discard %s, %s %s? Its event will not be applied. Type yes: ", letter.ID, letter.Type, letter.Key)) {
					return errNotConfirmed
				}
				if err := s.DiscardLetter(ctx, args[0], who, why); err != nil {
					return err
				}
				return a.show(map[string]string{"discarded": args[0], "by": who, "reason": why}, []string{"DISCARDED", "BY", "REASON"}, [][]any{{args[0], who, why}})
			})
		},
	}
	cmd.Flags().StringVar(&why, "reason", "", "why")
	cmd.Flags().StringVar(&who, "by", "", "who ($USER)")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// confirms asks a person; anything but yes is a no.
func (a *app) confirms(question string) bool {
	fmt.Fprint(a.Err, question)
	answer, err := bufio.NewReader(a.In).ReadString('\n')
	return (err == nil || answer != "") && strings.TrimSpace(answer) == "yes"
}
