// Contractgen makes the published documents and the Go of rest/ from openapi/.
//
//	go run ./cmd/contractgen generate   write what is generated
//	go run ./cmd/contractgen check      fail where what is committed is stale
//
// It runs in the directory of this module.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "contractgen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("want one word: generate or check")
	}
	switch args[0] {
	case "generate":
		return withOutput(ctx, write)
	case "check":
		return withOutput(ctx, compare)
	default:
		return fmt.Errorf("unknown word %q: want generate or check", args[0])
	}
}

func withOutput(ctx context.Context, use func(path string, content []byte) error) error {
	files, err := generate(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, file := range files {
		faults = append(faults, use(file.path, file.content))
	}
	return errors.Join(faults...)
}
