// Package app puts timeline together: it is the only package that sees all of it.
package app

import (
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are timeline's subcommands.
func Commands() map[string]process.Command {
	with := process.Configured("timeline", func(c config.Config) string { return c.LogLevel })
	return map[string]process.Command{
		"serve":              with(serve),
		"drain-dead-letters": with(drainDeadLetters),
		"rebuild":            with(rebuild),
	}
}

func bootstrap(cfg config.Config) string { return strings.Join(cfg.KafkaBootstrapServers, ",") }

// now is the clock of the service: UTC, to the microseconds that the database keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
