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
		return run(ctx, log, nil, "brew", append([]string{"install"}, names(tools, brewOf)...)...)
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		_, missingErr := find(tools[0])
		return errors.Join(missingErr, errNoManager)
	}
	return apt{log: log, policy: policyFile}.install(ctx, tools)
}

// apt installs Debian's packages.
type apt struct {
	log    io.Writer
	policy string
}

// install gets the tools' first packages; where a release's is too old, or
// there is none of that name, the next ones.
func (a apt) install(ctx context.Context, tools []tool) (err error) {
	restore, err := a.forbidServices(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, restore()) }()
	updated := false
	for try := range mostPackages(tools) {
		err = a.get(ctx, names(tools, func(t tool) []string { return t.apt[min(try, len(t.apt)-1):][:1] }), &updated)
		if tools = missing(tools); len(tools) == 0 {
			return nil
		}
	}
	_, missingErr := find(tools[0])
	return errors.Join(missingErr, err)
}

func mostPackages(tools []tool) int {
	most := 0
	for _, t := range tools {
		most = max(most, len(t.apt))
	}
	return most
}

// get installs packages. Where that fails the lists may be old, or missing as
// in a fresh container.
func (a apt) get(ctx context.Context, packages []string, updated *bool) error {
	args := append([]string{"install", "-y", "-q", "--no-install-recommends"}, packages...)
	err := a.run(ctx, args...)
	if err == nil || *updated {
		return err
	}
	*updated = true
	if err := a.run(ctx, "update", "-q"); err != nil {
		return err
	}
	return a.run(ctx, args...)
}

func (a apt) run(ctx context.Context, args ...string) error {
	return asAdmin(ctx, a.log, nil, append([]string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get"}, args...)...)
}

const policyFile = "/usr/sbin/policy-rc.d"

// forbidServices keeps packages from starting their servers while they are
// installed: Debian asks this file, and 101 means no. A file that is there
// already is somebody's decision and stays.
func (a apt) forbidServices(ctx context.Context) (restore func() error, err error) {
	if _, err := os.Stat(a.policy); err == nil {
		return func() error { return nil }, nil
	}
	policy := strings.NewReader("#!/bin/sh\nexit 101\n")
	if err := asAdmin(ctx, a.log, policy, "tee", a.policy); err != nil {
		return nil, err
	}
	restore = func() error { return asAdmin(context.WithoutCancel(ctx), a.log, nil, "rm", "-f", a.policy) }
	if err := asAdmin(ctx, a.log, nil, "chmod", "755", a.policy); err != nil {
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

// names are the tools' packages, each once.
func names(tools []tool, of func(tool) []string) []string {
	var all []string
	for _, t := range tools {
		all = append(all, of(t)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func brewOf(t tool) []string { return t.brew }

func join(words []string) string { return strings.Join(words, " ") }
