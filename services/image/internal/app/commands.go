// Package app puts image together: it is the only package that sees all of it.
package app

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/dailyfeed/dailyfeed/services/image/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are image's subcommands.
func Commands() map[string]process.Command {
	with := process.Configured("image", func(c config.Config) string { return c.LogLevel })
	return map[string]process.Command{
		"serve":         with(serve),
		"clean-orphans": with(cleanOrphans),
	}
}

func serve(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.close()
	boundHeap(cfg)
	group := process.NewGroup(s.server.StopLimit())
	group.AddLoop("traces", s.tracing.Run)
	group.AddLoop("signing keys", s.keys.Run)
	group.Add("admin", s.server.RunAdmin(s.registry))
	group.Add("http", s.server.Run)
	slog.InfoContext(ctx, "starting", "build", process.Build().String())
	return group.Run(ctx)
}

// besideDecoding is what the process takes beside decoding.
const besideDecoding = 16 << 20

// boundHeap makes the collector work harder before the heap grows over what is
// in use: pictures are few and large, and views beside one would otherwise be
// allowed as much garbage as the picture is large. A lower GOMEMLIMIT stays.
func boundHeap(cfg config.Config) {
	debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), cfg.ImageDecodingMemory+besideDecoding))
}

func cleanOrphans(ctx context.Context, cfg config.Config, args []string) error {
	flags := flag.NewFlagSet("clean-orphans", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	olderThan := flags.Duration("older-than", 24*time.Hour, "age of what may be removed") //nolint:mnd // spec 07
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *olderThan <= 0 {
		return fmt.Errorf("%w: clean-orphans [--older-than 24h]", process.ErrUsage)
	}
	s, err := wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.close()
	removed, err := s.album.CleanOrphans(ctx, s.profiles, now().Add(-*olderThan))
	slog.InfoContext(ctx, "orphaned pictures removed", "removed", removed)
	return err
}

func now() time.Time { return time.Now().UTC() }
