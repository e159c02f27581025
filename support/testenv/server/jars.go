package server

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// fetchWithin limits one Maven run.
const fetchWithin = 5 * time.Minute

// fetchJars asks Maven for what the pom names and puts it into dir/libs.
func fetchJars(ctx context.Context, log io.Writer, pom []byte, dir string) error {
	maven, err := find(mavenTool)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	path := filepath.Join(dir, "pom.xml")
	if err := os.WriteFile(path, pom, 0o644); err != nil {
		return fmt.Errorf("write pom: %w", err)
	}
	return run(ctx, log, nil, maven, "-B", "-q", "-f", path, "dependency:copy-dependencies",
		"-DincludeScope=runtime", "-DoutputDirectory="+filepath.Join(dir, "libs"))
}

// classPath lists the jars of dir/libs by name, in an order that does not
// change: an archive of classes is only good for the path it was made with.
func classPath(dir string, more ...string) (string, error) {
	jars, err := filepath.Glob(filepath.Join(dir, "libs", "*.jar"))
	if err != nil {
		return "", fmt.Errorf("list jars: %w", err)
	}
	slices.Sort(jars)
	return strings.Join(append(jars, more...), string(os.PathListSeparator)), nil
}

// javaFlags keep a JVM small and quick to start.
func javaFlags(heap string) []string {
	return []string{
		"-Xms" + heap, "-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
		"-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
	}
}
