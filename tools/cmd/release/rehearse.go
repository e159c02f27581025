package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/toolbox"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/chart"
)

func helm() toolbox.Tool {
	return toolbox.Tool{Package: "helm.sh/helm/v4/cmd/helm", Version: "v4.3.1"}
}

var errChanged = errors.New("what was pulled is not what was packaged")

// rehearseCommand releases the chart into a registry of its own, by the same
// targets as the workflow.
func rehearseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rehearse-chart",
		Short: "package the chart, push it to a registry that only lives meanwhile, pull it and compare",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			version, err := chart.Read(os.DirFS(w.Root))
			if err != nil {
				return err
			}
			return rehearse(c, w, version)
		},
	}
}

func rehearse(c *cobra.Command, w *workspace.Workspace, version string) (err error) {
	program, err := ensureHelm(c.Context(), w)
	if err != nil {
		return err
	}
	address, end, err := serveRegistry(c.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	folder, err := os.MkdirTemp("", "dailyfeed-chart-")
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	name, owner := "dailyfeed-"+version+".tgz", address+"/rehearsal"
	for _, words := range [][]string{
		{"make", "chart-package", "HELM=" + program},
		{"make", "push-chart", "HELM=" + program, "VERSION=" + version, "OWNER=" + owner, "PUSH_FLAGS=--plain-http"},
		{program, "pull", "oci://" + owner + "/charts/dailyfeed", "--version", version, "--plain-http", "--destination", folder},
	} {
		if err := show(c, w.Root, words...); err != nil {
			return err
		}
	}
	packaged, err := os.ReadFile(filepath.Join(w.Root, "dist", name))
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	pulled, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	if !bytes.Equal(packaged, pulled) {
		return errChanged
	}
	fmt.Fprintf(c.OutOrStdout(), "chart %s: packaged, pushed and pulled, %d bytes\n", version, len(pulled))
	return nil
}

// ensureHelm is the Helm of this machine, or else one that is built.
func ensureHelm(ctx context.Context, w *workspace.Workspace) (string, error) {
	if program, err := exec.LookPath("helm"); err == nil {
		return program, nil
	}
	return toolbox.Ensure(ctx, w, helm(), say)
}

// serveRegistry serves an empty registry until end is called.
func serveRegistry(ctx context.Context) (address string, end func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("serve registry: %w", err)
	}
	const headerTimeout = 5 * time.Second
	server := &http.Server{Handler: registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))), ReadHeaderTimeout: headerTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return listener.Addr().String(), func() error {
		closed := server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return errors.Join(closed, err)
		}
		return closed
	}, nil
}
