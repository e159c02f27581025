package fleet

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// build makes the programs: one run of the Go command, which knows best what
// to do side by side and what is fresh.
func (f *Fleet) build(ctx context.Context) error {
	if f.config.Programs != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, buildWithin)
	defer cancel()
	args := append([]string{"build"}, f.config.BuildFlags...)
	args = append(args, "-o", f.layout.bin()+string(os.PathSeparator), "./tools/cmd/edge")
	for _, s := range f.services() {
		args = append(args, fmt.Sprintf("./services/%s/cmd/%s", s.name, s.name))
	}
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	both := io.MultiWriter(&output, f.console.writer("build"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = f.layout.root, both, both
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, output.Bytes())
	}
	return nil
}

// services are those that this fleet runs.
func (f *Fleet) services() []service {
	var wanted []service
	for _, s := range services {
		if f.config.wants(s.name) {
			wanted = append(wanted, s)
		}
	}
	return wanted
}
