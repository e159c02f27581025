package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/topictail"
)

func newEvents(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "events", Short: "Look at the events on Kafka"}
	cmd.AddCommand(newTail(a), newTrace(a))
	return cmd
}

var errNoKafka = errors.New("no Kafka: --kafka, $KAFKA_BOOTSTRAP_SERVERS, or a fleet that runs in this repository")

func newTail(a *app) *cobra.Command {
	var kafka, prefix string
	var fromBeginning bool
	var types []string
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Print events as they come, until Ctrl-C; takes no part in any consumer group",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			servers, err := a.bootstrap(kafka)
			if err != nil {
				return err
			}
			wanted, err := wantedTypes(types)
			if err != nil {
				return err
			}
			return topictail.Run(cmd.Context(), topictail.Config{
				Bootstrap: strings.Split(servers, ","), Prefix: prefix, FromBeginning: fromBeginning,
				Report: func(err error) { fmt.Fprintln(a.Err, "dailyfeedctl:", err) },
			}, func(_ context.Context, m topictail.Message) error { return a.printEvent(m, wanted) })
		},
	}
	cmd.Flags().StringVar(&kafka, "kafka", "", "bootstrap servers ($KAFKA_BOOTSTRAP_SERVERS)")
	cmd.Flags().StringVar(&prefix, "prefix", activityrecord.DefaultTopicPrefix, "what the topics begin with")
	cmd.Flags().BoolVar(&fromBeginning, "from-beginning", false, "also what is there already")
	cmd.Flags().StringSliceVar(&types, "type", nil, "only these types, such as POST_CREATE")
	return cmd
}

// bootstrap finds Kafka.
func (a *app) bootstrap(flag string) (string, error) {
	for _, servers := range []string{flag, a.Environ("KAFKA_BOOTSTRAP_SERVERS")} {
		if servers != "" {
			return servers, nil
		}
	}
	root, err := fleet.FindRoot(".")
	if err != nil {
		return "", errNoKafka
	}
	state, err := fleet.ReadState(fleet.Config{Root: root, Local: a.Environ("DAILYFEED_LOCAL")})
	if err != nil || state.Stores.Kafka == "" {
		return "", errNoKafka
	}
	return state.Stores.Kafka, nil
}

func wantedTypes(names []string) (map[activityrecord.Type]bool, error) {
	wanted := map[activityrecord.Type]bool{}
	for _, name := range names {
		kind, err := activityrecord.ParseType(strings.ToUpper(name))
		if err != nil {
			return nil, err
		}
		wanted[kind] = true
	}
	return wanted, nil
}

// printEvent prints one line; a record that is no event is printed as such.
func (a *app) printEvent(m topictail.Message, wanted map[activityrecord.Type]bool) error {
	event, err := activityrecord.Decode(m.Value)
	if err != nil {
		fmt.Fprintf(a.Err, "dailyfeedctl: %s/%d@%d: %v\n", m.Topic, m.Partition, m.Offset, err)
		return nil
	}
	if len(wanted) > 0 && !wanted[event.GetType()] {
		return nil
	}
	if a.output == "json" {
		text, err := protojson.Marshal(event)
		if err != nil {
			return fmt.Errorf("print event: %w", err)
		}
		return a.line(string(text))
	}
	at := event.GetOccurredAt().AsTime()
	return a.line(fmt.Sprintf("%s  %-19s %s/%d@%-6d member=%-6d post=%-6d comment=%-6d v%-4d after %s",
		at.Local().Format("15:04:05.000"), activityrecord.TypeName(event.GetType()), m.Topic, m.Partition, m.Offset,
		event.GetMemberId(), event.GetPostId(), event.GetCommentId(), event.GetVersion(),
		m.Time.Sub(at).Round(time.Millisecond)))
}

func (a *app) line(text string) error {
	if _, err := fmt.Fprintln(a.Out, text); err != nil {
		return fmt.Errorf("print event: %w", err)
	}
	return nil
}
