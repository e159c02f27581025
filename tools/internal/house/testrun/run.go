package testrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Options say what to run.
type Options struct {
	Kinds []Kind
	// Only limits the run to these folders, relative to the root.
	Only []string
	// Race switches the race detector on.
	Race bool
	// Parallel is how many packages run at once; 0 is the go command's choice.
	Parallel int
	// Out takes the progress.
	Out io.Writer
}

// packageLimit is how long the tests of one package may take.
func (k Kind) packageLimit() time.Duration {
	switch k {
	case Integration:
		return 5 * time.Minute
	case EndToEnd:
		return 30 * time.Minute
	case Unit:
		return 2 * time.Minute
	default:
		return time.Minute
	}
}

// stopGrace is what go test is given to end its tests after an interrupt.
const stopGrace = 10 * time.Second

// Run runs the tests kind after kind, all of them, also after a failure. The
// error is for what keeps tests from being found; everything later is in the
// report.
func Run(ctx context.Context, w *workspace.Workspace, o Options) (Report, error) {
	if err := checkCompiler(o.Race); err != nil {
		return Report{}, err
	}
	packages, err := w.List(ctx, o.Only, "-test")
	if err != nil {
		return Report{}, err
	}
	selected := Select(w, packages)
	var report Report
	for _, kind := range o.Kinds {
		folders := selected[kind]
		fmt.Fprintf(o.Out, "== %s: %d packages\n", kind, len(folders))
		if len(folders) == 0 || ctx.Err() != nil {
			continue
		}
		if err := runKind(ctx, w, o, kind, folders, &report); err != nil {
			report.Faults = append(report.Faults, fmt.Errorf("%s: %w", kind, err))
		}
	}
	return report, nil
}

var errNoCompiler = errors.New("the race detector needs a C compiler: apt-get install gcc libc6-dev, or run with -race=false")

// checkCompiler says in words what the linker would say in riddles.
func checkCompiler(race bool) error {
	if !race || runtime.GOOS == "darwin" {
		return nil
	}
	compiler := os.Getenv("CC")
	if compiler == "" {
		compiler = "gcc"
	}
	if _, err := exec.LookPath(compiler); err != nil {
		return fmt.Errorf("%w (%w)", errNoCompiler, err)
	}
	return nil
}

func runKind(ctx context.Context, w *workspace.Workspace, o Options, kind Kind, folders []string, report *Report) error {
	words := goTest(o, kind, folders)
	if kind != Unit {
		program, err := buildWithServers(ctx, w)
		if err != nil {
			return err
		}
		words = append([]string{program, "--"}, words...)
	}
	before := len(report.failed)
	err := follow(ctx, w.Root, words, func(p Package) {
		report.add(w, p)
		printPackage(o.Out, w.Short(p.Path), p)
	}, func(line string) {
		if servers, ok := strings.CutPrefix(line, "servers ready in "); ok {
			_, report.Servers, _ = strings.Cut(servers, ": ")
		}
		fmt.Fprintln(o.Out, line)
	})
	if err != nil && ctx.Err() == nil && len(report.failed) > before {
		return nil // that is why it ended badly, and it is in the table
	}
	return err
}

func goTest(o Options, kind Kind, folders []string) []string {
	words := []string{"go", "test", "-json", "-vet=off", "-timeout=" + kind.packageLimit().String()}
	if o.Race {
		words = append(words, "-race")
	}
	if kind != Unit {
		words = append(words, "-count=1") // servers are not in the cache's key
	}
	parallel := o.Parallel
	if parallel == 0 && kind == EndToEnd {
		parallel = 1 // each has a fleet of its own
	}
	if parallel > 0 {
		words = append(words, "-p="+strconv.Itoa(parallel))
	}
	for _, folder := range folders {
		words = append(words, "./"+folder)
	}
	return words
}

// buildWithServers makes the program that starts MariaDB, Redis, Kafka and
// MongoDB once for all packages.
func buildWithServers(ctx context.Context, w *workspace.Workspace) (string, error) {
	program := filepath.Join(w.Root, "bin", "withservers")
	command := workspace.Command{Words: []string{"go", "build", "-o", program, "./" + testenvModule + "/cmd/withservers"}}
	if _, err := w.Run(ctx, command); err != nil {
		return "", fmt.Errorf("build withservers: %w", err)
	}
	return program, nil
}

// follow runs go test and hands out what it says. It returns an error when the
// command ended badly, whatever it said before.
func follow(ctx context.Context, root string, words []string, ended func(Package), loose func(string)) error {
	program, err := exec.LookPath(words[0])
	if err != nil {
		return fmt.Errorf("start tests: %w", err)
	}
	output, input := io.Pipe()
	process, err := child.Start(child.Spec{
		Name: filepath.Base(program), Path: program, Args: words[1:], Dir: root, Log: input,
	})
	if err != nil {
		return fmt.Errorf("start tests: %w", err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- stopAtEnd(ctx, process, input) }()
	readErr := read(output, ended, loose)
	return errors.Join(readErr, <-stopped)
}

// stopAtEnd waits for the process or for the end of ctx, closes the pipe behind
// the process, and says how it ended.
func stopAtEnd(ctx context.Context, process *child.Process, input *io.PipeWriter) error {
	var stopErr error
	select {
	case <-process.Done():
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
		defer cancel()
		stopErr = errors.Join(ctx.Err(), process.Stop(grace))
	}
	closeErr := input.Close()
	if stopErr == nil && process.Err() != nil {
		stopErr = fmt.Errorf("%w: go test: %w", workspace.ErrCommand, process.Err())
	}
	return errors.Join(stopErr, closeErr)
}

func printPackage(out io.Writer, folder string, p Package) {
	verdict, note := "ok", ""
	if len(p.Failed) > 0 {
		verdict, note = "FAIL", fmt.Sprintf(", %d failed", len(p.Failed))
	}
	if p.Cached {
		note += " (cached)"
	}
	fmt.Fprintf(out, "%-5s %-58s %4d tests %6.1f s%s\n", verdict, folder, p.Tests(), p.Elapsed.Seconds(), note)
	for _, t := range p.Failed {
		name := t.Name
		if name == "" {
			name = "outside of its tests"
		}
		fmt.Fprintf(out, "  --- %s\n%s\n", name, indent(t.Output))
	}
	for _, t := range p.Skipped {
		fmt.Fprintf(out, "  --- skipped: %s\n%s\n", t.Name, indent(t.Output))
	}
}

func indent(text string) string { return "      " + strings.ReplaceAll(text, "\n", "\n      ") }
