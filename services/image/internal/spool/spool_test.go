package spool_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/spool"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestAnUploadIsOnDiskWithoutAName(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := spool.New(folder, 100, time.Second)
	upload, err := s.Take(strings.NewReader("picture"), 7)
	require.NoError(t, err)
	defer upload.Close()
	names, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, names, "so that nothing is left however the process ends")
	data, err := upload.Load()
	require.NoError(t, err)
	require.Equal(t, "picture", string(data))
}

func TestAFileOverItsLimitIsNotReadFurther(t *testing.T) {
	t.Parallel()
	from := bytes.NewReader(make([]byte, 1<<20))
	_, err := spool.New(t.TempDir(), 100, time.Second).Take(from, 10)
	require.ErrorIs(t, err, spool.ErrTooLong)
	require.Equal(t, 1<<20-11, from.Len())
}

func TestAClientThatBreaksOffIsNotTakenForADiskThatDoes(t *testing.T) {
	t.Parallel()
	broken := errors.New("gone")
	_, err := spool.New(t.TempDir(), 100, time.Second).Take(io.MultiReader(strings.NewReader("pic"), failing{broken}), 10)
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, spool.ErrDisk)
	_, err = spool.New("/nowhere", 100, time.Second).Take(strings.NewReader("x"), 10)
	require.ErrorIs(t, err, spool.ErrDisk)
	require.ErrorIs(t, spool.New("/nowhere", 100, time.Second).Ping(t.Context()), spool.ErrDisk)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestWhoFindsNoRoomToReadIsToldToComeBack(t *testing.T) {
	t.Parallel()
	s := spool.New(t.TempDir(), 100, 10*time.Millisecond)
	release, err := s.Reserve(t.Context(), 1000)
	require.NoError(t, err, "what is larger than the room has it alone")
	_, err = s.Reserve(t.Context(), 1)
	require.True(t, apierr.HasCode(err, apierr.CodeTooManyRequests))
	release()
	release, err = s.Reserve(t.Context(), 100)
	require.NoError(t, err)
	release()
}

// clock is a time that tests move.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// line remembers the time limits that it was given.
type line struct{ limits []time.Time }

func (l *line) SetReadDeadline(at time.Time) error {
	l.limits = append(l.limits, at)
	return nil
}

func TestAClientHasTimeByWhatHasArrived(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at, conn := &clock{begun}, &line{}
	pace := spool.Pace{Rate: 100, Grace: 10 * time.Second, Silence: time.Hour}
	r := spool.NewPacedReader(strings.NewReader(strings.Repeat("x", 1000)), conn, pace, at.now)
	for range 3 {
		_, err := io.ReadFull(r, make([]byte, 100))
		require.NoError(t, err)
	}
	r.End()
	require.Equal(t, []time.Time{begun.Add(11 * time.Second), begun.Add(12 * time.Second), begun.Add(13 * time.Second), {}}, conn.limits)
}

func TestAClientThatWasFastMayNotFallSilent(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at, conn := &clock{begun.Add(time.Second)}, &line{}
	r := spool.NewPacedReader(strings.NewReader("x"), conn, spool.Pace{Rate: 1, Grace: time.Hour, Silence: 20 * time.Second}, at.now)
	at.Time = begun.Add(2 * time.Second)
	_, err := r.Read(make([]byte, 1))
	require.NoError(t, err)
	require.Equal(t, []time.Time{begun.Add(22 * time.Second)}, conn.limits)
}
