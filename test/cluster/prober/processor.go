package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

const microsOfATick = 10_000 // of /proc, on every Linux that Go knows

// tellProcessor says how many microseconds of processor all processes of the pod have
// used so far; they are seen where the pod shares its process namespace.
func tellProcessor(w http.ResponseWriter, _ *http.Request) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var ticks int64
	for _, file := range files {
		ticks += ticksOf(file)
	}
	_, _ = fmt.Fprint(w, ticks*microsOfATick)
}

// ticksOf a process, in its own code and in the kernel's; 0 for one that has ended.
func ticksOf(file string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	// the name, in brackets, may have spaces; user and system time are fields 14 and 15
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	var user, system int64
	_, _ = fmt.Sscan(fields[11], &user)
	_, _ = fmt.Sscan(fields[12], &system)
	return user + system
}
