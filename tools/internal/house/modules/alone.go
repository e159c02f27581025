package modules

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// proofs are what each module must stand by itself, cheapest first.
var proofs = []struct {
	words []string
	fault string
}{
	{[]string{"go", "mod", "tidy", "-diff"}, "is not tidy by itself"},
	{[]string{"go", "build", "./..."}, "does not build by itself"},
	{[]string{"go", "vet", "./..."}, "does not pass go vet by itself"},
}

// Alone runs go mod tidy -diff, go build and go vet in the chosen modules with the
// workspace off, atOnce modules at a time. Vetting compiles the tests too. done
// is called after each module, by several goroutines. The error is for what
// keeps the question from being answered, such as an ended context.
func Alone(ctx context.Context, w *workspace.Workspace, chosen []*workspace.Module, atOnce int, done func(folder string, findings []workspace.Finding)) ([]workspace.Finding, error) {
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		findings []workspace.Finding
		failures []error
	)
	slots := make(chan struct{}, atOnce)
	for _, m := range chosen {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			found, err := prove(ctx, w, m)
			done(m.Folder, found)
			mu.Lock()
			defer mu.Unlock()
			findings = append(findings, found...)
			failures = append(failures, err)
		})
	}
	wg.Wait()
	workspace.SortFindings(findings)
	return findings, errors.Join(failures...)
}

// prove stops at the first proof that fails: the next would say the same.
func prove(ctx context.Context, w *workspace.Workspace, m *workspace.Module) ([]workspace.Finding, error) {
	for _, p := range proofs {
		output, err := w.Run(ctx, workspace.Command{Folder: m.Folder, Env: []string{workspace.Alone}, Words: p.words})
		if err == nil {
			continue
		}
		if !errors.Is(err, workspace.ErrCommand) {
			return nil, err
		}
		said := strings.TrimSpace(err.Error() + "\n" + string(output))
		return []workspace.Finding{{Place: m.Folder, Fault: p.fault + ":\n" + indent(said)}}, nil
	}
	return nil, nil
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }
