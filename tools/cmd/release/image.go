package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

var (
	errService   = errors.New("no such service")
	errTooLarge  = errors.New("image too large")
	errDifferent = errors.New("two builds of one commit differ")
)

func imageCommand() *cobra.Command {
	var service, name, revision, folder string
	var twice bool
	command := &cobra.Command{
		Use:   "image",
		Short: "build a service's image of a commit into an OCI archive, with its bill of materials",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			stamp, err := stampOf(c.Context(), w, service, name, revision)
			if err != nil {
				return err
			}
			return makeImage(c.Context(), w, stamp, folder, twice, c.OutOrStdout())
		},
	}
	command.Flags().StringVar(&service, "service", "", "folder below services/")
	command.Flags().StringVar(&name, "tag", "", "the image's tag")
	command.Flags().StringVar(&revision, "revision", "HEAD", "the commit to build; what is not committed is not built")
	command.Flags().StringVar(&folder, "out", "dist", "folder for the archive")
	command.Flags().BoolVar(&twice, "twice", false, "build again in another folder with an empty compiler cache, and compare")
	return command
}

func stampOf(ctx context.Context, w *workspace.Workspace, service, name, revision string) (image.Stamp, error) {
	if err := tag.Check(name); err != nil {
		return image.Stamp{}, err
	}
	if service == "" || w.FolderOf("services/"+service) != "services/"+service {
		return image.Stamp{}, fmt.Errorf("service %q: %w", service, errService)
	}
	commit, err := source.Resolve(ctx, w, revision)
	if err != nil {
		return image.Stamp{}, err
	}
	return image.Stamp{Service: service, Tag: name, Commit: commit}, nil
}

func makeImage(ctx context.Context, w *workspace.Workspace, s image.Stamp, folder string, twice bool, out io.Writer) error {
	began := time.Now()
	built, err := image.Build(ctx, w, s, "")
	if err != nil {
		return err
	}
	stem := filepath.Join(folder, s.Service+"-"+s.Tag)
	if err := image.Save(built.Index, s, stem+".tar"); err != nil {
		return err
	}
	if err := os.WriteFile(stem+".spdx.json", built.Bill, 0o644); err != nil {
		return fmt.Errorf("write bill: %w", err)
	}
	digest, err := built.Index.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s:%s of %s\n  %s %s (%.1f s)\n", s.Name(), s.Tag, s.Commit.ID, stem+".tar", digest, time.Since(began).Seconds())
	if err := printParts(built, out); err != nil {
		return err
	}
	if !twice {
		return nil
	}
	return compare(ctx, w, built, out)
}

func printParts(built image.Built, out io.Writer) error {
	parts, err := image.Parts(built.Index)
	if err != nil {
		return err
	}
	limit := image.Limit(built.Stamp.Service)
	for _, part := range parts {
		fmt.Fprintf(out, "  %-6s %s %5.1f MB of %d MB\n", part.Architecture, part.Digest, float64(part.Compressed)/1e6, limit/1e6)
		if part.Compressed > limit {
			err = errors.Join(err, fmt.Errorf("%s %s: %w", built.Stamp.Service, part.Architecture, errTooLarge))
		}
	}
	return err
}

// compare builds once more from nothing.
func compare(ctx context.Context, w *workspace.Workspace, first image.Built, out io.Writer) (err error) {
	cache, err := os.MkdirTemp("", "dailyfeed-cache-")
	if err != nil {
		return fmt.Errorf("build again: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cache)) }()
	began := time.Now()
	second, err := image.Build(ctx, w, first.Stamp, cache)
	if err != nil {
		return err
	}
	one, err := first.Index.Digest()
	if err != nil {
		return err
	}
	two, err := second.Index.Digest()
	if err != nil {
		return err
	}
	if one != two {
		return fmt.Errorf("%s and %s: %w", one, two, errDifferent)
	}
	fmt.Fprintf(out, "  built again from nothing: the same digest (%.1f s)\n", time.Since(began).Seconds())
	return nil
}
