package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/telemetry"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

func runTelemetry(_ context.Context, w *workspace.Workspace, args []string) error {
	var fix bool
	_, err := flags("telemetry", args, false, func(set *flag.FlagSet) { set.BoolVar(&fix, "fix", false, "write the reference") })
	if err != nil {
		return err
	}
	began := time.Now()
	written, findings, err := telemetry.Check(w, fix)
	if err != nil {
		return err
	}
	if written {
		fmt.Println("wrote", telemetry.Reference)
	}
	return verdict("telemetry", "metrics, dashboards, alerts", "make fix-telemetry writes the reference; the rest is yours to repair", began, findings)
}
