package main

import (
	"context"
	"flag"
	"os"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/testrun"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

func runTest(ctx context.Context, w *workspace.Workspace, args []string) error {
	options := testrun.Options{Out: os.Stdout}
	chosen := map[testrun.Kind]*bool{}
	limit := time.Hour
	words, err := flags("test", args, true, func(set *flag.FlagSet) {
		for _, kind := range testrun.Kinds() {
			chosen[kind] = set.Bool(kind.String(), false, "run these tests; without any such flag all run")
		}
		set.BoolVar(&options.Race, "race", true, "with the race detector")
		set.IntVar(&options.Parallel, "p", 0, "packages at once; 0 leaves it to the go command")
		set.DurationVar(&limit, "limit", limit, "the whole run may take this long")
	})
	if err != nil {
		return err
	}
	options.Only = words
	for _, kind := range testrun.Kinds() {
		if *chosen[kind] {
			options.Kinds = append(options.Kinds, kind)
		}
	}
	if len(options.Kinds) == 0 {
		options.Kinds = testrun.Kinds()
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	report, err := testrun.Run(ctx, w, options)
	if err != nil {
		return err
	}
	inCI := isTrue(os.Getenv("CI"))
	report.Print(os.Stdout, time.Since(began), inCI)
	if !report.Good(inCI) {
		return errFindings
	}
	return nil
}

func isTrue(text string) bool {
	is, err := strconv.ParseBool(text)
	return err == nil && is
}
