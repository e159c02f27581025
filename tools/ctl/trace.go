package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

var errSubject = errors.New("a trace is of a post or a member: trace 42, trace post 42, trace member 7")

func newTrace(a *app) *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "trace [post|member] ID",
		Short: "What became of everything about a post or a member, from the request to the projections",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			subject := pipeline.Subject{Kind: pipeline.SubjectPost}
			if len(args) == 2 { //nolint:mnd // the kind and the id
				subject.Kind = args[0]
			}
			if subject.Kind != pipeline.SubjectPost && subject.Kind != pipeline.SubjectMember {
				return fmt.Errorf("%w, not %q", errSubject, args[0])
			}
			var err error
			if subject.ID, err = parseID(args[len(args)-1]); err != nil {
				return err
			}
			return a.withStores(cmd.Context(), w, nil, func(ctx context.Context, s *pipeline.Stores) error {
				trace, err := s.Trace(ctx, subject)
				if err != nil {
					return err
				}
				return a.showTrace(trace)
			})
		},
	}
	operatorFlags(cmd, &w)
	return cmd
}

func (a *app) showTrace(t pipeline.Trace) error {
	if a.output == "json" {
		return a.show(t, nil, nil)
	}
	if err := a.line(traceHead(t)); err != nil {
		return err
	}
	rows := make([][]any, 0, len(t.Events))
	replays := 0
	for _, e := range t.Events {
		row := []any{shortTime(e.OccurredAt), e.Type, e.Version, traceRequest(e.TraceID), traceWay(e)}
		for _, service := range pipeline.Services() {
			row = append(row, traceStep(e.Groups[service]))
		}
		rows = append(rows, row)
		replays += max(0, len(e.Places)-1)
	}
	head := []string{"CHANGED", "TYPE", "V", "REQUEST", "KAFKA"}
	for _, service := range pipeline.Services() {
		head = append(head, strings.ToUpper(service))
	}
	if err := a.show(t, head, rows); err != nil {
		return err
	}
	if err := a.line(fmt.Sprintf("replays: %d, dead letters: %d", replays, len(t.Letters))); err != nil || len(t.Letters) == 0 {
		return err
	}
	return a.showLetters(t.Letters)
}

func traceHead(t pipeline.Trace) string {
	if t.Row == nil {
		return t.Subject.String() + ": no row"
	}
	state := "live"
	if t.Row.Deleted {
		state = "deleted"
	}
	author := ""
	if t.Row.AuthorID != 0 {
		author = fmt.Sprintf(" by member %d", t.Row.AuthorID)
	}
	return fmt.Sprintf("%s%s in %s: version %d, %s, changed %s: %s",
		t.Subject, author, t.Row.Table, t.Row.Version, state, shortTime(t.Row.UpdatedAt), clip(t.Row.Name))
}

func traceRequest(traceID string) string {
	if traceID == "" {
		return "-"
	}
	return traceID
}

// traceWay is where Kafka has an event and how soon, or its row in the table.
func traceWay(e pipeline.TraceEvent) string {
	var parts []string
	for _, p := range e.Places {
		parts = append(parts, fmt.Sprintf("%s/%d@%d +%s", p.Topic, p.Partition, p.Offset, round(p.Delay)))
	}
	if e.Letter != nil {
		parts = append(parts, fmt.Sprintf("row %s %s", e.Letter.ID, e.Letter.State))
	}
	return strings.Join(parts, ", ")
}

func traceStep(s pipeline.TraceStep) string {
	if s.Delay != nil {
		return s.State + " +" + round(*s.Delay)
	}
	return s.State
}

func round(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
