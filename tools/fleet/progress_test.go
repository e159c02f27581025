package fleet

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALongStepTellsWhatItIsAt(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		f := &Fleet{console: newConsole(&out, false, func(name string) string { return filepath.Join(folder, name) })}
		require.NoError(t, f.timed("install", func() error {
			_, err := f.console.writer("install").Write([]byte("Unpacking mariadb-server\n\n"))
			<-time.After(13 * time.Second) // by the clock of the bubble
			return err
		}))
		require.Equal(t, "fleet      | install    busy for 2 s: Unpacking mariadb-server\n"+
			"fleet      | install    busy for 12 s: Unpacking mariadb-server\n"+
			"fleet      | install    done in 13.0 s\n", out.String())
		require.NoError(t, f.console.close())
	})
}

func TestAFailedStepIsNotDone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := &Fleet{console: newConsole(&out, false, func(string) string { return "" })}
	failure := errors.New("no such compiler")
	require.ErrorIs(t, f.timed("build", func() error { return failure }), failure)
	require.Empty(t, out.String())
}
