package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// used is the time that processors spent on this process.
func used(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// serverCPU is the time that processors spent on the MongoDB, or its stand-in, that
// this process started; 0 where it did not, and where there is no /proc.
func serverCPU(b *testing.B) (spent time.Duration) {
	b.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(b, err)
	for _, path := range stats {
		command, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil || (!strings.Contains(string(command), "\x00StandIn\x00") && !strings.Contains(string(command), "mongod\x00")) {
			continue // it has ended, or is another
		}
		if ticks, ok := ticksOfChild(path); ok {
			spent += ticks
		}
	}
	return spent
}

// ticksOfChild reads utime and stime of a child of ours; proc(5) counts them from
// after the name in parentheses, in hundredths of a second.
func ticksOfChild(path string) (spent time.Duration, ours bool) {
	const parent, user, system, tick = 1, 11, 12, 10 * time.Millisecond
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) <= system || fields[parent] != fmt.Sprint(os.Getpid()) {
		return 0, false
	}
	for _, field := range []string{fields[user], fields[system]} {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, false
		}
		spent += time.Duration(n) * tick
	}
	return spent, true
}
