// Command bench measures the home feed and what is written, against controls.
//
//	bench -members 100000 -posts 1000000 -report build/bench.html
//	bench -smoke       # a minute, for the harness's own sake
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/dataset"
	"github.com/dailyfeed/dailyfeed/test/load/report"
	"github.com/dailyfeed/dailyfeed/test/load/scenario"
	"github.com/dailyfeed/dailyfeed/test/load/stack"
)

type options struct {
	root, dir, programs, only, html string
	members, posts, likes           int
	pairs, requests                 int
	rate                            float64
	mixFor                          time.Duration
	smoke                           bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, parse())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse() (o options) {
	flag.StringVar(&o.root, "root", ".", "the repository")
	flag.StringVar(&o.dir, "dir", "", "data, logs and programs; empty: a new folder that is removed")
	flag.StringVar(&o.programs, "programs", "", "the services' programs; empty: built")
	flag.StringVar(&o.only, "only", "", "scenarios, comma separated; empty: all")
	flag.StringVar(&o.html, "report", "", "where to write the report as HTML")
	flag.IntVar(&o.members, "members", 100_000, "members")
	flag.IntVar(&o.posts, "posts", 1_000_000, "posts")
	flag.IntVar(&o.likes, "likes", 1_000_000, "likes")
	flag.IntVar(&o.pairs, "pairs", 5, "how often each figure is taken")
	flag.IntVar(&o.requests, "requests", 4000, "requests of one measure")
	flag.Float64Var(&o.rate, "rate", 500, "requests a second of one measure")
	flag.DurationVar(&o.mixFor, "mix", 10*time.Minute, "how long the mix is held")
	flag.BoolVar(&o.smoke, "smoke", false, "all scenarios, as small as they can be")
	flag.Parse()
	if o.smoke {
		o.members, o.posts, o.likes, o.pairs, o.requests, o.rate, o.mixFor = 1200, 3000, 1000, 1, 200, 200, time.Second
	}
	return o
}

const (
	portOffset = 300
)

// run keeps faults and an early end apart from the report, which is always shown.
func run(ctx context.Context, o options) (err error) {
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "bench"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	}
	for _, path := range []*string{&o.root, &o.dir, &o.programs} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	s, err := stack.Up(ctx, stack.Config{Root: o.root, Dir: o.dir, Programs: o.programs, PortOffset: portOffset, Out: io.Discard})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Down()) }()
	var patience time.Duration
	if o.smoke { // a machine that others use is slow, which is no fault of the harness
		patience = time.Minute
	}
	b := &scenario.Bench{
		Stack: s, Patience: patience, Pairs: o.pairs, Rate: o.rate, Requests: o.requests, MixFor: o.mixFor,
		Spec: dataset.Spec{Members: o.members, Posts: o.posts, Likes: o.likes, Seed: 1, End: time.Now().UTC().Truncate(time.Hour), Begin: time.Now().UTC().Truncate(time.Hour).AddDate(0, -3, 0)},
		Report: &report.Report{Title: "dailyfeed under load", Began: time.Now(), About: []string{
			fmt.Sprintf("%d members, %d posts, %d likes; %d pairs of %d requests at %.0f/s", o.members, o.posts, o.likes, o.pairs, o.requests, o.rate),
			fmt.Sprintf("%s %s, %d cores, shared by generator, services and stores", runtime.GOOS, runtime.Version(), runtime.NumCPU()),
		}},
	}
	if err := prepare(ctx, b); err != nil {
		return err
	}
	return errors.Join(play(ctx, b, o), publish(b.Report, o.html))
}

// widePool has the whole dataset in MySQL's memory, as a server that is meant for it
// would: the fleet's own is for a laptop.
const widePool = "SET GLOBAL innodb_buffer_pool_size = 2147483648"

// prepare fills the tables of a new fleet; one that has a dataset keeps it.
func prepare(ctx context.Context, b *scenario.Bench) error {
	began := time.Now()
	if _, err := b.DB.ExecContext(ctx, widePool); err != nil {
		return fmt.Errorf("give MySQL memory: %w", err)
	}
	var members int
	if err := b.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM members").Scan(&members); err != nil {
		return fmt.Errorf("look for a dataset: %w", err)
	}
	if members == 0 {
		if err := dataset.Load(ctx, b.DB, b.Spec); err != nil {
			return err
		}
		b.Report.About = append(b.Report.About, fmt.Sprintf("dataset loaded in %s", time.Since(began).Round(time.Second)))
	}
	fmt.Fprintf(os.Stderr, "dataset ready after %s\n", time.Since(began).Round(time.Second))
	return b.LetLive(ctx, int64(b.Spec.Total()))
}

func play(ctx context.Context, b *scenario.Bench, o options) error {
	chosen := strings.FieldsFunc(o.only, func(r rune) bool { return r == ',' })
	for _, s := range scenario.All() {
		if len(chosen) > 0 && !slices.Contains(chosen, s.Name) {
			continue
		}
		b.Client.CloseIdleConnections() // or the memory of a service is that of a storm before
		began, had := time.Now(), len(b.Report.Figures)
		err := s.Run(ctx, b)
		fmt.Fprintf(os.Stderr, "%s took %s\n", s.Name, time.Since(began).Round(time.Second))
		for _, f := range b.Report.Figures[had:] { // a run is long
			fmt.Fprintln(os.Stderr, f.Line())
		}
		if err != nil {
			return fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	if len(b.Report.Faults) > 0 {
		return fmt.Errorf("%d faults", len(b.Report.Faults))
	}
	return nil
}

func publish(r *report.Report, path string) error {
	fmt.Println(r.Text())
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return errors.Join(r.WriteHTML(file), file.Close())
}
