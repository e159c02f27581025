package fleet

import (
	"context"
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

const healthWithin = 3 * time.Second

// PartHealth is a part's state and what it says of itself.
type PartHealth struct {
	supervisor.Status
	URL    string
	Health string // "ok", why not, or empty for what speaks no HTTP
}

// Health reads the state of the running fleet and asks each part that speaks
// HTTP. Fails with ErrNotRunning.
func Health(ctx context.Context, config Config) ([]PartHealth, error) {
	if _, err := holder(config.layout().lock()); err != nil {
		return nil, err
	}
	state, err := ReadState(config)
	if err != nil {
		return nil, err
	}
	all := make([]PartHealth, len(state.Parts))
	var group sync.WaitGroup
	for i, status := range state.Parts {
		all[i] = PartHealth{Status: status, URL: state.URLs[status.Name]}
		if status.Name == "edge" {
			all[i].URL = state.Edge
		}
		group.Go(func() { all[i].ask(ctx) })
	}
	group.Wait()
	return all, nil
}

func (p *PartHealth) ask(ctx context.Context) {
	if p.URL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	path := "/healthcheck/ready"
	if p.Name == "edge" {
		path = "/.well-known/jwks.json"
	}
	p.Health = "ok"
	if err := probe(ctx, p.URL+path); err != nil {
		p.Health = err.Error()
	}
}

// Healthy is true when all parts are ready and say so.
func Healthy(all []PartHealth) bool {
	for _, p := range all {
		if p.State != supervisor.Ready || p.URL != "" && p.Health != "ok" {
			return false
		}
	}
	return len(all) > 0
}

// WriteHealth prints the table of status.
func WriteHealth(w io.Writer, all []PartHealth) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PART\tSTATE\tPID\tSINCE\tRESTARTS\tURL\tHEALTH")
	for _, p := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%d\t%s\t%s\n",
			p.Name, p.State, p.Pid, time.Since(p.Since).Round(time.Second), p.Restarts, p.URL, p.Health)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print status: %w", err)
	}
	return nil
}
