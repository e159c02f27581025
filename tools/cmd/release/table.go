package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/measure"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

// idle is how long a service does nothing before its memory is read.
const idle = 5 * time.Second

// starts of each service that are measured: a machine has better and worse moments.
const starts = 3

func tableCommand() *cobra.Command {
	var name, folder string
	var home bool
	var config fleet.Config
	command := &cobra.Command{
		Use:   "table",
		Short: "sizes of the archives of a tag; beside a running fleet (make up), or one of its own, also time to ready and idle memory",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := tag.Check(name); err != nil {
				return err
			}
			w, err := open()
			if err != nil {
				return err
			}
			config.Root = w.Root
			if home {
				end, fault := ownFleet(c.Context(), &config, c.ErrOrStderr())
				if fault != nil {
					return fault
				}
				defer func() { err = errors.Join(err, end()) }()
			}
			state, err := fleet.ReadState(config)
			if err != nil && !errors.Is(err, fleet.ErrNotRunning) {
				return err
			}
			return printTable(c.Context(), c.OutOrStdout(), folder, name, state)
		},
	}
	command.Flags().StringVar(&name, "tag", "", "the images' tag")
	command.Flags().StringVar(&folder, "out", "dist", "folder of the archives")
	command.Flags().StringVar(&config.Local, "local", "", "folder of the running fleet (default: .local)")
	command.Flags().BoolVar(&home, "fleet", false, "start a fleet for it, without a seed, and end it")
	return command
}

// ownFleet starts a fleet beside any other; end removes it.
func ownFleet(ctx context.Context, config *fleet.Config, out io.Writer) (end func() error, err error) {
	const portOffset = 9_600
	if config.Local, err = os.MkdirTemp("", "dailyfeed-table-"); err != nil {
		return nil, fmt.Errorf("start fleet: %w", err)
	}
	config.PortOffset, config.Out, config.Environ = portOffset, out, os.Environ()
	running, err := fleet.Up(ctx, *config)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(config.Local))
	}
	return func() error { return errors.Join(running.Stop(), os.RemoveAll(config.Local)) }, nil
}

func printTable(ctx context.Context, out io.Writer, folder, name string, state fleet.State) error {
	files, err := filepath.Glob(filepath.Join(folder, "*-"+name+".tar"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	fmt.Fprintf(out, "| service | amd64 MB | arm64 MB | limit | ready ms of %d starts: median, most (≤ %d) | idle MiB: median, most (≤ %d) |\n|---|---|---|---|---|---|\n",
		starts, measure.MaxReady.Milliseconds(), measure.MaxResident>>20)
	for _, file := range files {
		service := strings.TrimSuffix(filepath.Base(file), "-"+name+".tar")
		if err := printRow(ctx, out, file, service, pidOf(state, service)); err != nil {
			return err
		}
	}
	return nil
}

// pidOf is the process of a service in a fleet, 0 for none.
func pidOf(state fleet.State, service string) int {
	for _, part := range state.Parts {
		if part.Name == service {
			return part.Pid
		}
	}
	return 0
}

func printRow(ctx context.Context, out io.Writer, file, service string, pid int) (err error) {
	folder, err := os.MkdirTemp("", "dailyfeed-table-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	index, err := image.Load(file, folder)
	if err != nil {
		return err
	}
	parts, err := image.Parts(index)
	if err != nil {
		return err
	}
	cells := []string{service}
	for _, part := range parts {
		cells = append(cells, fmt.Sprintf("%.1f", float64(part.Compressed)/1e6))
	}
	cells = append(cells, fmt.Sprintf("%d", image.Limit(service)/1e6))
	speed := []string{"–", "–"}
	if pid != 0 {
		if speed, err = measured(ctx, index, service, pid); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "| %s |\n", strings.Join(append(cells, speed...), " | "))
	return nil
}

// measured runs this machine's binary of an image as one more replica of a
// running service: with its environment, on ports of its own.
func measured(ctx context.Context, index v1.ImageIndex, service string, pid int) (cells []string, err error) {
	folder, err := os.MkdirTemp("", "dailyfeed-run-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := image.Unpack(index, runtime.GOARCH, folder); err != nil {
		return nil, err
	}
	environ, err := measure.Environment(pid)
	if err != nil {
		return nil, err
	}
	environ = append(environ, "SHUTDOWN_DELAY=0s") // its end is not measured
	var ready, resident []float64
	for range starts {
		result, err := measure.Run(ctx, filepath.Join(folder, service), environ, idle)
		if err != nil {
			return nil, err
		}
		ready = append(ready, float64(result.Ready.Milliseconds()))
		resident = append(resident, float64(result.Resident)/(1<<20))
	}
	slices.Sort(ready)
	slices.Sort(resident)
	return []string{
		fmt.Sprintf("%.0f, %.0f", ready[starts/2], ready[starts-1]), fmt.Sprintf("%.1f, %.1f", resident[starts/2], resident[starts-1]),
	}, nil
}
