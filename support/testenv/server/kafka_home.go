package server

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

const (
	warmUpWithin = 2 * time.Minute
	dumpWithin   = time.Minute
)

// kafkaHome is the folder of the broker's jars, with an archive of its loaded
// classes that halves the time of a start.
func kafkaHome(ctx context.Context, log io.Writer) (string, error) {
	home, err := cached(ctx, "kafka-"+fingerprint(string(kafkaPom)), func(ctx context.Context, dir string) error {
		return fetchJars(ctx, log, kafkaPom, dir)
	})
	if err != nil {
		return "", err
	}
	java, err := find(javaTool)
	if err != nil {
		return "", err
	}
	archive := filepath.Base(filepath.Dir(classArchive(home, java)))
	_, err = cached(ctx, archive, func(ctx context.Context, dir string) error {
		// An archive is a gain in speed only: a machine that cannot make one
		// keeps the empty folder and starts without.
		if err := archiveClasses(ctx, java, home, dir); err != nil && log != nil {
			fmt.Fprintln(log, "kafka starts slower, for want of a class archive:", err)
		}
		return ctx.Err()
	})
	return home, err
}

// classArchive is where the archive of this home and this JVM is.
func classArchive(home, java string) string {
	resolved, err := filepath.EvalSymlinks(java)
	if err != nil {
		resolved = java
	}
	return filepath.Join(home+"-classes-"+fingerprint(resolved), "kafka.jsa")
}

// archiveClasses runs a broker once and lets the JVM write down at its end
// which classes it had loaded.
func archiveClasses(ctx context.Context, java, home, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, warmUpWithin)
	defer cancel()
	controller, err := reservePort()
	if err != nil {
		return err
	}
	defer func() { _ = controller.release() }()
	self := member{id: 1, controller: controller}
	l := archiver{
		kafkaLauncher: kafkaLauncher{java: java, home: home, self: self, cluster: []member{self}},
		archive:       filepath.Join(dir, "kafka.jsa"),
	}
	s, err := launch(ctx, "kafka-warm-up", Options{}, l)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	stopCtx, cancelStop := context.WithTimeout(ctx, dumpWithin)
	defer cancelStop()
	if err := s.Stop(stopCtx); err != nil {
		return err
	}
	if _, err := os.Stat(l.archive); err != nil {
		return fmt.Errorf("look for archive: %w", err)
	}
	return nil
}

// archiver is a broker that leaves an archive.
type archiver struct {
	kafkaLauncher
	archive string
}

func (a archiver) command(dir string, port int) (child.Spec, error) {
	spec, err := a.kafkaLauncher.command(dir, port)
	spec.Args = append([]string{"-XX:ArchiveClassesAtExit=" + a.archive}, spec.Args...)
	return spec, err
}
