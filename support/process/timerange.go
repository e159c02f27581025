package process

import (
	"flag"
	"fmt"
	"io"
	"time"
)

// TimeRange reads the words of a subcommand that works on [from, to): --from and
// --to, instants in RFC 3339, both given, from before to. Anything else is ErrUsage.
func TimeRange(command string, args []string) (from, to time.Time, err error) {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	instant := func(into *time.Time) func(string) error {
		return func(text string) (err error) {
			*into, err = time.Parse(time.RFC3339, text)
			return err
		}
	}
	flags.Func("from", "", instant(&from))
	flags.Func("to", "", instant(&to))
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || from.IsZero() || !from.Before(to) {
		return from, to, fmt.Errorf("%w: %s --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z", ErrUsage, command)
	}
	return from, to, nil
}
