package process_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

type settings struct {
	Port    int            `env:"PORT" envDefault:"8080"`
	Wait    time.Duration  `env:"WAIT" envDefault:"5s"`
	Address string         `env:"ADDRESS,required"`
	Key     process.Secret `env:"KEY,required"`
}

func (s *settings) Check() error {
	if s.Port > 65535 {
		return errors.New("PORT is over 65535")
	}
	return nil
}

func TestLoadFillsDefaults(t *testing.T) {
	t.Parallel()
	got, err := process.Load[settings](process.Environ{"ADDRESS=a:1", "KEY=k", "WAIT="})
	require.NoError(t, err)
	require.Equal(t, settings{Port: 8080, Wait: 5 * time.Second, Address: "a:1", Key: "k"}, got)
}

func TestLoadReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := process.Load[settings](process.Environ{"PORT=x", "WAIT=y"})
	require.ErrorIs(t, err, process.ErrUsage)
	for _, field := range []string{"PORT: ", "WAIT: ", "ADDRESS", "KEY"} {
		require.ErrorContains(t, err, field)
	}
}

func TestLoadChecksRulesAfterTypes(t *testing.T) {
	t.Parallel()
	_, err := process.Load[settings](process.Environ{"ADDRESS=a", "KEY=k", "PORT=70000"})
	require.ErrorContains(t, err, "PORT is over 65535")
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	s := process.Secret("hidden")
	encoded, err := json.Marshal(struct{ Key process.Secret }{s})
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), string(encoded)} {
		require.NotContains(t, text, "hidden")
	}
	require.Equal(t, "hidden", s.Reveal())
}
