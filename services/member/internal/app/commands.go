// Package app puts member together: it is the only package that sees all of it.
package app

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/member/internal/password"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are member's subcommands.
func Commands() map[string]process.Command {
	with := process.Configured("member", func(c config.Config) string { return c.LogLevel })
	return map[string]process.Command{
		"serve":              with(serve),
		"migrate":            with(migrate),
		"rotate-keys":        with(rotateKeys),
		"clean-tokens":       with(cleanTokens),
		"drain-dead-letters": with(drainDeadLetters),
		"republish":          with(republish),
		helpCommand:          help,
	}
}

// helpCommand is what this program runs itself as, to compute sums of passwords
// in a process of a lower priority.
const helpCommand = "help-hashing"

// helperCommand is this program as a helper. It gets none of the environment: no
// key, no address.
func helperCommand() *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	//nolint:gosec // it is this very program; and it outlives the request that needs it first (2026-11-21)
	command := exec.CommandContext(context.Background(), program, helpCommand)
	command.Env = []string{"GOMAXPROCS=1"}
	command.Stderr = os.Stderr
	return command
}

// help ends when its parent does.
func help(context.Context, process.Environ, []string) error {
	return password.Help(os.Stdin, os.Stdout)
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
