package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMainRunsTheCommandThatIsNamed(t *testing.T) {
	t.Parallel()
	errBroken := errors.New("broken")
	commands := map[string]process.Command{
		"serve": func(context.Context, process.Environ, []string) error { return nil },
		"fail":  func(context.Context, process.Environ, []string) error { return errBroken },
		"words": func(context.Context, process.Environ, []string) error {
			return fmt.Errorf("%w: --since is no date", process.ErrUsage)
		},
	}
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"done":        {[]string{"serve"}, 0, "", ""},
		"failed":      {[]string{"fail"}, 1, "", ""},
		"wrong words": {[]string{"words"}, 2, "", "content: usage: --since is no date"},
		"unknown":     {[]string{"dance"}, 2, "", "usage: content <command>\ncommands:\n  fail\n  serve\n  words\n"},
		"none":        {nil, 2, "", "usage: content <command>"},
		"version":     {[]string{"--version"}, 0, "content dev (commit unknown, built unknown, go1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			require.Equal(t, c.code, process.Dispatch("content", commands, c.args, nil, &stdout, &stderr))
			require.Contains(t, stdout.String(), c.stdout)
			require.Contains(t, stderr.String(), c.stderr)
		})
	}
}

func TestMainGivesACommandItsEnvironmentAndWords(t *testing.T) {
	t.Parallel()
	code := process.Dispatch("content", map[string]process.Command{
		"serve": func(ctx context.Context, environ process.Environ, args []string) error {
			require.Equal(t, process.Environ{"PORT=1"}, environ)
			require.Equal(t, []string{"--fast"}, args)
			return ctx.Err()
		},
	}, []string{"serve", "--fast"}, []string{"PORT=1"}, nil, nil)
	require.Zero(t, code)
}

func TestSIGTERMEndsTheCommandWithExitCode0(t *testing.T) { //nolint:paralleltest // the signal is the process's
	code := process.Dispatch("content", map[string]process.Command{
		"serve": func(ctx context.Context, _ process.Environ, _ []string) error {
			require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(10 * time.Second):
				return errors.New("not told")
			}
		},
	}, []string{"serve"}, nil, nil, nil)
	require.Zero(t, code)
}
