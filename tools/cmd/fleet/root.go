package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/seed"
)

// options are those of all subcommands.
type options struct {
	local      string
	portOffset int
}

func newRoot() *cobra.Command {
	var o options
	root := &cobra.Command{
		Use:           "fleet",
		Short:         "Run dailyfeed on this machine, without a cluster",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&o.local, "local", "", "folder for data, logs and programs (default: .local in the repository)")
	root.PersistentFlags().IntVar(&o.portOffset, "port-offset", 0, "is added to every port")
	root.AddCommand(newUp(&o), newDown(&o), newStatus(&o), newSeed(&o), newSmoke(&o), newRun(&o))
	return root
}

func (o *options) config() (fleet.Config, error) {
	root, err := fleet.FindRoot(".")
	if err != nil {
		return fleet.Config{}, err
	}
	return fleet.Config{
		Root: root, Local: o.local, PortOffset: o.portOffset,
		Environ: os.Environ(), Out: os.Stdout, Color: wantsColor(os.Stdout),
	}, nil
}

// wantsColor is true on a terminal, unless NO_COLOR says otherwise.
func wantsColor(file *os.File) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if os.Getenv("FORCE_COLOR") != "" {
		return true
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func newUp(o *options) *cobra.Command {
	var only []string
	var replicas map[string]int
	var noSeed, noJobs bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Get what is missing, build, start everything, and show the log until Ctrl-C",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			config.Only, config.Replicas, config.Seed, config.Jobs = only, replicas, !noSeed, !noJobs
			running, err := fleet.Up(cmd.Context(), config)
			if err != nil {
				return err
			}
			return running.Run(cmd.Context())
		},
	}
	cmd.Flags().StringSliceVar(&only, "only", nil, "the services to run (default: all)")
	cmd.Flags().StringToIntVar(&replicas, "replicas", nil, "how many of a service, such as content=2")
	cmd.Flags().BoolVar(&noSeed, "no-seed", false, "start empty")
	cmd.Flags().BoolVar(&noJobs, "no-jobs", false, "do not run what CronJobs do in a cluster")
	return cmd
}

func newDown(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop the fleet that runs in another terminal",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			err = fleet.Down(cmd.Context(), config)
			if errors.Is(err, fleet.ErrNotRunning) {
				fmt.Fprintln(cmd.OutOrStdout(), "nothing to stop")
				return nil
			}
			return err
		},
	}
}

var errUnhealthy = errors.New("not every part is ready")

func newStatus(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show each part of the running fleet",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			all, err := fleet.Health(cmd.Context(), config)
			if err != nil {
				return err
			}
			if err := fleet.WriteHealth(cmd.OutOrStdout(), all); err != nil {
				return err
			}
			if !fleet.Healthy(all) {
				return errUnhealthy
			}
			return nil
		},
	}
}

func newSeed(o *options) *cobra.Command {
	var waves int
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Fill the running fleet; a second time adds nothing",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			added, err := fleet.Seed(cmd.Context(), config, waves)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "added", added)
			return nil
		},
	}
	cmd.Flags().IntVar(&waves, "waves", seed.Large, "how much: a wave is 12 members and 60 posts")
	return cmd
}

func newSmoke(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "smoke",
		Short: "Walk the story of two people through the running fleet",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			return fleet.Smoke(cmd.Context(), config)
		},
	}
}

func newRun(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "run SERVICE COMMAND [FLAG…]",
		Short:   "Run a service's subcommand with what it is told in the running fleet",
		Example: "fleet run content drain-dead-letters\nfleet run member rotate-keys --now",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			return fleet.Command(cmd.Context(), config, args[0], args[1:]...)
		},
	}
	cmd.Flags().SetInterspersed(false) // what is behind the service is its own
	return cmd
}
