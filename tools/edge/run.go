package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	headerWithin = 10 * time.Second
	finishWithin = time.Second
	keepIdle     = 2 * time.Minute
)

// Run serves until ctx ends, then finishes what runs (streams are cut).
func Run(ctx context.Context, settings Settings, config Config, log *slog.Logger) error {
	addr := net.JoinHostPort(settings.Host, strconv.Itoa(settings.Port))
	var listenConfig net.ListenConfig
	listener, err := listenConfig.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	return Serve(ctx, listener, New(config, log))
}

// Serve serves handler on listener until ctx ends.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerWithin, IdleTimeout: keepIdle}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	if err := server.Shutdown(stopCtx); err != nil {
		_ = server.Close() // streams that never end by themselves
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
