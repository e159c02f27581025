package faults_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// tableVariable names a file to which each case that went through adds a line: what
// docs/guarantee.md shows.
const tableVariable = "FAULTS_TABLE"

// goodAfter is good, and writes down what so many faults came to.
func (s *scene) goodAfter(faults int) ledger.Verdict {
	s.t.Helper()
	v := s.verdict()
	s.tell(faults, v)
	require.True(s.t, v.Good(), "%s\n%s", v, s.where())
	return v
}

func (s *scene) tell(faults int, v ledger.Verdict) {
	s.t.Helper()
	path := os.Getenv(tableVariable)
	if path == "" {
		return
	}
	name, how, _ := strings.Cut(strings.TrimPrefix(s.t.Name(), "TestFaults/"), "/")
	line := fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", strings.ReplaceAll(name, "_", " "), strings.ReplaceAll(how, "_", " "),
		faults, v.Changes, v.Count(ledger.Lost), v.Count(ledger.Twice), v.Count(ledger.Disorder), v.Count(ledger.Phantom), v.Count(ledger.Wrong))
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	require.NoError(s.t, err)
	_, err = file.WriteString(line)
	require.NoError(s.t, err)
	require.NoError(s.t, file.Close())
}
