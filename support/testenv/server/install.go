package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Kind is a kind of server.
type Kind string

// The kinds that this package can start.
const (
	KindMySQL   Kind = "mysql"
	KindRedis   Kind = "redis"
	KindKafka   Kind = "kafka"
	KindMongoDB Kind = "mongodb"
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{KindMySQL, KindRedis, KindKafka, KindMongoDB} }

// installWithin limits one package manager's run.
const installWithin = 10 * time.Minute

var (
	errUnknownKind = errors.New("unknown kind of server")
	errNoManager   = errors.New("no package manager that this program knows (apt-get as root or with sudo, brew)")
)

// Ensure gets what the kinds need and this machine lacks: packages from the
// system's package manager, jars from Maven. Nothing that it installs is
// started as a service. What it does is written to log.
func Ensure(ctx context.Context, log io.Writer, kinds ...Kind) error {
	var wanted []tool
	for _, kind := range kinds {
		tools, err := toolsOf(kind)
		if err != nil {
			return err
		}
		wanted = append(wanted, tools...)
	}
	if err := install(ctx, log, missing(wanted)); err != nil {
		return err
	}
	for _, kind := range kinds {
		if err := fetch(ctx, log, kind); err != nil {
			return err
		}
	}
	return nil
}

func toolsOf(kind Kind) ([]tool, error) {
	switch kind {
	case KindMySQL:
		return []tool{mariadbTool, mariadbInstallTool}, nil
	case KindRedis:
		return []tool{redisTool}, nil
	case KindKafka:
		return []tool{javaTool, mavenTool}, nil
	case KindMongoDB:
		if _, err := find(mongodTool); err == nil {
			return nil, nil
		}
		return []tool{javaTool, javacTool, mavenTool}, nil
	default:
		return nil, fmt.Errorf("%w: %q", errUnknownKind, kind)
	}
}

func missing(wanted []tool) []tool {
	return slices.DeleteFunc(slices.Clone(wanted), func(t tool) bool {
		_, err := find(t)
		return err == nil
	})
}

// fetch makes the cached things of a kind, so that the first start is quick.
func fetch(ctx context.Context, log io.Writer, kind Kind) error {
	switch kind {
	case KindKafka:
		_, err := kafkaHome(ctx, log)
		return err
	case KindMongoDB:
		if _, err := find(mongodTool); err == nil {
			return nil
		}
		_, err := standInHome(ctx, log)
		return err
	case KindMySQL, KindRedis:
		return nil
	default:
		return fmt.Errorf("%w: %q", errUnknownKind, kind)
	}
}

func install(ctx context.Context, log io.Writer, tools []tool) error {
	if len(tools) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, installWithin)
	defer cancel()
	if runtime.GOOS == "darwin" {
		return run(ctx, log, nil, "brew", append([]string{"install"}, packages(tools, brewOf)...)...)
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		_, missingErr := find(tools[0])
		return errors.Join(missingErr, errNoManager)
	}
	return installByApt(ctx, log, packages(tools, aptOf))
}

func installByApt(ctx context.Context, log io.Writer, names []string) (err error) {
	restore, err := forbidServices(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, restore()) }()
	args := append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)
	if apt(ctx, log, args...) == nil {
		return nil
	}
	// The lists may be old, or missing as in a fresh container.
	if err := apt(ctx, log, "update", "-q"); err != nil {
		return err
	}
	return apt(ctx, log, args...)
}

func apt(ctx context.Context, log io.Writer, args ...string) error {
	return asAdmin(ctx, log, nil, append([]string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get"}, args...)...)
}

const policyFile = "/usr/sbin/policy-rc.d"

// forbidServices keeps packages from starting their servers while they are
// installed: Debian asks this file, and 101 means no. A file that is there
// already is somebody's decision and stays.
func forbidServices(ctx context.Context, log io.Writer) (restore func() error, err error) {
	if _, err := os.Stat(policyFile); err == nil {
		return func() error { return nil }, nil
	}
	policy := strings.NewReader("#!/bin/sh\nexit 101\n")
	if err := asAdmin(ctx, log, policy, "tee", policyFile); err != nil {
		return nil, err
	}
	restore = func() error { return asAdmin(context.WithoutCancel(ctx), log, nil, "rm", "-f", policyFile) }
	if err := asAdmin(ctx, log, nil, "chmod", "755", policyFile); err != nil {
		return nil, errors.Join(err, restore())
	}
	return restore, nil
}

// asAdmin runs a command as root, by sudo where this is not root.
func asAdmin(ctx context.Context, log io.Writer, in io.Reader, command ...string) error {
	if os.Geteuid() != 0 {
		command = append([]string{"sudo"}, command...)
	}
	return run(ctx, log, in, command[0], command[1:]...)
}

func run(ctx context.Context, log io.Writer, in io.Reader, name string, args ...string) error {
	output := &tail{next: log}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, output, output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run %s %s: %w:\n%s", name, join(args), err, output)
	}
	return nil
}

func packages(tools []tool, of func(tool) []string) []string {
	var names []string
	for _, t := range tools {
		names = append(names, of(t)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func aptOf(t tool) []string  { return t.apt }
func brewOf(t tool) []string { return t.brew }

func join(words []string) string { return strings.Join(words, " ") }
