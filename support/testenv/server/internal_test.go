package server

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFindNamesTheCommandThatBringsAProgram(t *testing.T) {
	t.Parallel()
	_, err := find(tool{names: []string{"no-such-program"}, apt: []string{"a-package"}, brew: []string{"a-package"}})
	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	require.Contains(t, missing.Error(), "no-such-program is not installed")
	require.Contains(t, missing.Install, "a-package")
}

func TestCachedIsMadeOnceByWhoeverComesFirst(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var made atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			dir, err := cached(context.Background(), "thing", func(_ context.Context, dir string) error {
				made.Add(1)
				return os.WriteFile(filepath.Join(dir, "file"), nil, 0o600)
			})
			require.NoError(t, err)
			require.FileExists(t, filepath.Join(dir, "file"))
		})
	}
	group.Wait()
	require.EqualValues(t, 1, made.Load())
}

func TestCachedForgetsAFailure(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	_, err := cached(t.Context(), "thing", func(context.Context, string) error { return os.ErrPermission })
	require.ErrorIs(t, err, os.ErrPermission)
	_, err = cached(t.Context(), "thing", func(context.Context, string) error { return nil })
	require.NoError(t, err)
}

func TestSweepRemovesWhatAKilledOwnerLeft(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	left, used := ownedFolder(t, parent, "left"), ownedFolder(t, parent, "used")
	lock, err := lockFile(filepath.Join(used, ownerFile), syscall.LOCK_EX)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lock.Close()) })

	sweep(parent)

	require.NoDirExists(t, left)
	require.DirExists(t, used)
}

func ownedFolder(t *testing.T, parent, name string) string {
	t.Helper()
	path := filepath.Join(parent, temporaryPrefix+name)
	require.NoError(t, os.Mkdir(path, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(path, ownerFile), nil, 0o600))
	old := time.Now().Add(-2 * sweepAge)
	require.NoError(t, os.Chtimes(path, old, old))
	return path
}
