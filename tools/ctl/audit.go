package ctl

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

var (
	errDiffer = errors.New("the stores differ")
	errUnwell = errors.New("not all is well")
)

func newAudit(a *app) *cobra.Command {
	var w where
	var options pipeline.AuditOptions
	var listen string
	var every time.Duration
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Compare the stores with each other: events by day and type, counters, documents, feeds",
		Long: "Compare the stores with each other.\n\n" +
			"Committed is what the owners' rows, their tables and Kafka say there must be: applied + waiting in the table + lag + dead + parked +\n" +
			"discarded, and lost (a row without an event), missing (read by activity, not recorded) and phantom (an event without a row), which must be 0.\n" +
			"Exit code 3 where something differs and was not repaired.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStores(cmd.Context(), w, nil, func(ctx context.Context, s *pipeline.Stores) error {
				if listen != "" {
					return pipeline.ServeAudit(ctx, s, options, listen, every)
				}
				audit, err := s.Audit(ctx, options)
				if err != nil {
					return err
				}
				return a.showAudit(audit)
			})
		},
	}
	operatorFlags(cmd, &w)
	cmd.Flags().StringSliceVar(&options.Days, "day", nil, "dates in UTC such as 20261121 (default: the newest two topics up to today)")
	cmd.Flags().BoolVar(&options.Repair, "repair", false, "send records again that activity or search missed, count counters anew, forget wrong feeds")
	cmd.Flags().DurationVar(&options.Settle, "settle", 0, "how long a difference may last before it counts (default 10s)")
	cmd.Flags().StringVar(&listen, "listen", "", "audit again and again, and serve the figures as metrics on this address, such as :9464")
	cmd.Flags().DurationVar(&every, "every", 5*time.Minute, "how often, with --listen")
	return cmd
}

func (a *app) showAudit(audit pipeline.Audit) error {
	if a.output == "json" {
		if err := a.show(audit, nil, nil); err != nil {
			return err
		}
		return verdict(audit)
	}
	if err := a.showAuditEvents(audit); err != nil {
		return err
	}
	rows := make([][]any, len(audit.Checks))
	for i, c := range audit.Checks {
		rows[i] = []any{c.Name, c.Looked, c.Wrong, c.Repaired}
	}
	if err := a.show(audit, []string{"COMPARED", "LOOKED AT", "WRONG", "REPAIRED"}, rows); err != nil {
		return err
	}
	for _, c := range audit.Checks {
		for _, example := range c.Examples {
			if err := a.line(c.Name + " " + example); err != nil {
				return err
			}
		}
	}
	for _, advice := range audit.Advice {
		if err := a.line("next: " + advice); err != nil {
			return err
		}
	}
	return verdict(audit)
}

func (a *app) showAuditEvents(audit pipeline.Audit) error {
	if len(audit.Events) == 0 {
		return a.line(fmt.Sprintf("no events on %v", audit.Days))
	}
	rows := make([][]any, len(audit.Events))
	for i, e := range audit.Events {
		rows[i] = []any{e.Day, e.Type, e.Committed, e.Applied, e.Waiting, e.Lag, e.Dead, e.Parked, e.Discarded, e.Lost, e.Missing, e.Phantom}
	}
	return a.show(audit, []string{"DAY", "TYPE", "COMMITTED", "APPLIED", "WAITING", "LAG", "DEAD", "PARKED", "DISCARDED", "LOST", "MISSING", "PHANTOM"}, rows)
}

func verdict(audit pipeline.Audit) error {
	if n := audit.Differences(); n > 0 {
		return fmt.Errorf("%w in %d places", errDiffer, n)
	}
	return nil
}
