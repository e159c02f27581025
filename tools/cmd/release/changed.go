package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/changed"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

// changedCommand prints the matrix of a workflow as a line of GITHUB_OUTPUT.
func changedCommand() *cobra.Command {
	var base, revision, chosen string
	command := &cobra.Command{
		Use:   "changed",
		Short: `services that differ since a commit, as services=["…"]; all where that commit is unknown`,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			services, err := concerned(c.Context(), w, base, revision)
			if err != nil {
				return err
			}
			if chosen != "" && chosen != "all" {
				if w.FolderOf("services/"+chosen) != "services/"+chosen {
					return fmt.Errorf("service %q: %w", chosen, errService)
				}
				services = []string{chosen}
			}
			text, err := json.Marshal(services)
			if err != nil {
				return fmt.Errorf("print services: %w", err)
			}
			fmt.Fprintf(c.OutOrStdout(), "services=%s\n", text)
			return nil
		},
	}
	command.Flags().StringVar(&base, "base", "", "the commit to compare with; empty for all services")
	command.Flags().StringVar(&chosen, "only", "", "the service that a person chose; empty or all for what changed")
	command.Flags().StringVar(&revision, "revision", "HEAD", "the commit that is compared")
	return command
}

// concerned compares with base. A branch's first push has none (git's zeros),
// and a forced one may name a commit that is gone: then everything is built.
func concerned(ctx context.Context, w *workspace.Workspace, base, revision string) ([]string, error) {
	packages, err := w.List(ctx, []string{"services", "support", "proto-contracts"})
	if err != nil {
		return nil, err
	}
	graph, err := changed.NewGraph(w, packages)
	if err != nil {
		return nil, err
	}
	if base == "" {
		return graph.Services(), nil
	}
	from, err := source.Resolve(ctx, w, base)
	if errors.Is(err, workspace.ErrCommand) {
		return graph.Services(), nil
	}
	if err != nil {
		return nil, err
	}
	to, err := source.Resolve(ctx, w, revision)
	if err != nil {
		return nil, err
	}
	files, err := source.Changed(ctx, w, from, to)
	if err != nil {
		return nil, err
	}
	return graph.Concerned(files), nil
}
