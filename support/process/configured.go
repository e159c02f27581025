package process

import (
	"context"
	"fmt"
	"log/slog"
	"os"
)

// Configured makes commands of functions that want settings: each such command
// loads T (see Load), writes the process's log to standard output at the level
// that level names (see NewLogger), and runs. Settings that are wrong are ErrUsage.
func Configured[T any](service string, level func(T) string) func(run func(ctx context.Context, settings T, args []string) error) Command {
	return func(run func(ctx context.Context, settings T, args []string) error) Command {
		return func(ctx context.Context, environ Environ, args []string) error {
			settings, err := Load[T](environ)
			if err != nil {
				return err
			}
			logger, err := NewLogger(os.Stdout, service, level(settings))
			if err != nil {
				return fmt.Errorf("%w: LOG_LEVEL: %w", ErrUsage, err)
			}
			slog.SetDefault(logger)
			return run(ctx, settings, args)
		}
	}
}
