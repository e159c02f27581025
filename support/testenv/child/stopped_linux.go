package child

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// isStopped says whether every thread of a process has taken its SIGSTOP: each
// goes on until the kernel gets to it.
func isStopped(pid int) bool {
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		return true
	}
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		// "pid (name) state …", and the name may have any character
		_, state, found := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
		if found && !bytes.HasPrefix(state, []byte("T")) {
			return false
		}
	}
	return true
}
