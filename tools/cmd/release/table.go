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

func tableCommand() *cobra.Command {
	var name, folder, local string
	command := &cobra.Command{
		Use:   "table",
		Short: "sizes of the archives of a tag; beside a running fleet (make up) also time to ready and idle memory",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := tag.Check(name); err != nil {
				return err
			}
			w, err := open()
			if err != nil {
				return err
			}
			state, err := fleet.ReadState(fleet.Config{Root: w.Root, Local: local})
			if err != nil && !errors.Is(err, fleet.ErrNotRunning) {
				return err
			}
			files, err := filepath.Glob(filepath.Join(folder, "*-"+name+".tar"))
			if err != nil {
				return err
			}
			slices.Sort(files)
			fmt.Fprint(c.OutOrStdout(), "| service | amd64 MB | arm64 MB | limit | ready ms (≤ 300) | idle MiB (≤ 40) |\n|---|---|---|---|---|---|\n")
			for _, file := range files {
				service := strings.TrimSuffix(filepath.Base(file), "-"+name+".tar")
				if err := printRow(c.Context(), c.OutOrStdout(), file, service, pidOf(state, service)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	command.Flags().StringVar(&name, "tag", "", "the images' tag")
	command.Flags().StringVar(&folder, "out", "dist", "folder of the archives")
	command.Flags().StringVar(&local, "local", "", "folder of the running fleet (default: .local)")
	return command
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
		result, err := measured(ctx, index, service, pid)
		if err != nil {
			return err
		}
		speed = []string{fmt.Sprintf("%d", result.Ready.Milliseconds()), fmt.Sprintf("%.1f", float64(result.Resident)/(1<<20))}
	}
	fmt.Fprintf(out, "| %s |\n", strings.Join(append(cells, speed...), " | "))
	return nil
}

// measured runs this machine's binary of an image as one more replica of a
// running service: with its environment, on ports of its own.
func measured(ctx context.Context, index v1.ImageIndex, service string, pid int) (result measure.Result, err error) {
	folder, err := os.MkdirTemp("", "dailyfeed-run-")
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := image.Unpack(index, runtime.GOARCH, folder); err != nil {
		return result, err
	}
	environ, err := measure.Environment(pid)
	if err != nil {
		return result, err
	}
	return measure.Run(ctx, filepath.Join(folder, service), environ, idle)
}
