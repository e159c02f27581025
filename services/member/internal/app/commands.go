// Package app puts member together: it is the only package that sees all of it.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are member's subcommands.
func Commands() map[string]process.Command {
	return map[string]process.Command{
		"serve":              with(serve),
		"migrate":            with(migrate),
		"rotate-keys":        with(rotateKeys),
		"clean-tokens":       with(cleanTokens),
		"drain-dead-letters": with(drainDeadLetters),
	}
}

// with reads the settings and opens the log before a subcommand.
func with(run func(ctx context.Context, cfg config.Config, args []string) error) process.Command {
	return func(ctx context.Context, environ process.Environ, args []string) error {
		cfg, err := process.Load[config.Config](environ)
		if err != nil {
			return err
		}
		logger, err := process.NewLogger(os.Stdout, "member", cfg.LogLevel)
		if err != nil {
			return fmt.Errorf("%w: LOG_LEVEL: %w", process.ErrUsage, err)
		}
		slog.SetDefault(logger)
		return run(ctx, cfg, args)
	}
}

func migrate(ctx context.Context, cfg config.Config, _ []string) error {
	migrations, err := mysqlstore.Migrations()
	if err != nil {
		return err
	}
	applied, err := mysql.Migrate(ctx, cfg.MySQLMigrateDSN.Reveal(), migrations, mysqlstore.VersionTable)
	if err != nil {
		return err
	}
	slog.InfoContext(ctx, "schema is up to date", "applied", applied)
	return nil
}

func bootstrap(cfg config.Config) string { return strings.Join(cfg.KafkaBootstrapServers, ",") }

// now is the clock of the service: UTC, to the microseconds that the database keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
