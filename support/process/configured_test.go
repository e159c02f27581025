package process_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

type leveled struct {
	Name  string `env:"NAME,required"`
	Level string `env:"LOG_LEVEL" envDefault:"info"`
}

func configured(run func(ctx context.Context, settings leveled, args []string) error) process.Command {
	return process.Configured("content", func(s leveled) string { return s.Level })(run)
}

func TestAConfiguredCommandGetsItsSettingsAndWords(t *testing.T) { //nolint:paralleltest // it sets the process's log
	run := configured(func(_ context.Context, settings leveled, args []string) error {
		require.Equal(t, leveled{Name: "한글", Level: "info"}, settings)
		require.Equal(t, []string{"--now"}, args)
		return nil
	})
	require.NoError(t, run(t.Context(), process.Environ{"NAME=한글"}, []string{"--now"}))
}

func TestAConfiguredCommandDoesNotRunWithWrongSettings(t *testing.T) {
	t.Parallel()
	run := configured(func(context.Context, leveled, []string) error {
		t.Error("ran")
		return nil
	})
	for name, environ := range map[string]process.Environ{
		"missing": {}, "no such level": {"NAME=a", "LOG_LEVEL=loud"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, run(t.Context(), environ, nil), process.ErrUsage)
		})
	}
}
