package server

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// oldestJava is what Kafka needs, and what the stand-in is compiled for.
const oldestJava = 17

const askJavaWithin = 10 * time.Second

var (
	releaseLine = regexp.MustCompile(`JAVA_VERSION="(?:1\.)?(\d+)`)
	versionLine = regexp.MustCompile(`(?:version "|javac )(?:1\.)?(\d+)`)
)

// isNewJava says whether a java or javac is new enough. It reads the file
// beside the program, and asks the program where there is none; the stub of a
// system without Java has no answer.
func isNewJava(path string) bool {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		release, err := os.ReadFile(filepath.Join(filepath.Dir(resolved), "..", "release"))
		if err == nil {
			return major(releaseLine, release) >= oldestJava
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), askJavaWithin)
	defer cancel()
	output, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	return err == nil && major(versionLine, output) >= oldestJava
}

// major is the number that the pattern finds, 0 where it finds none.
func major(pattern *regexp.Regexp, text []byte) int {
	found := pattern.FindSubmatch(text)
	if found == nil {
		return 0
	}
	number, err := strconv.Atoi(string(found[1]))
	if err != nil {
		return 0
	}
	return number
}
