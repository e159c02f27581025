package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 120 * time.Second
	maxHeader     = 64 << 10
)

// StopLimit is how long Run may take to stop: the time that it goes on serving
// and the time that it lets requests finish, and a second to spare.
func (s *Server) StopLimit() time.Duration {
	return s.config.ShutdownDelay + finishLimit + time.Second
}

// Run serves the public port until ctx ends. Then it is no longer ready, goes
// on serving for ShutdownDelay while endpoints are withdrawn, and lets what
// runs finish within 20 s.
func (s *Server) Run(ctx context.Context, ready func()) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(s.config.Port))
	if err != nil {
		return fmt.Errorf("listen on port %d: %w", s.config.Port, err)
	}
	return s.RunOn(ctx, listener, ready)
}

// RunOn is Run on a listener of the caller's, which it closes.
func (s *Server) RunOn(ctx context.Context, listener net.Listener, ready func()) error {
	server := newHTTPServer(s)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.started.Store(true)
	slog.InfoContext(ctx, "serving", "address", listener.Addr().String())
	ready()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	server.SetKeepAlivesEnabled(false)
	slog.InfoContext(ctx, "draining", "delay", s.config.ShutdownDelay.String())
	if err := process.Pause(context.WithoutCancel(ctx), s.config.ShutdownDelay); err != nil {
		return err
	}
	return finish(server)
}

func finish(server *http.Server) error {
	limit, cancel := context.WithTimeout(context.Background(), finishLimit)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		return errors.Join(fmt.Errorf("finish requests: %w", err), server.Close())
	}
	return nil
}

func newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
}

// RunAdmin serves /metrics and pprof on the admin port until ctx ends.
func (s *Server) RunAdmin(gatherer prometheus.Gatherer) process.Run {
	return func(ctx context.Context, ready func()) error {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(s.config.AdminPort))
		if err != nil {
			return fmt.Errorf("listen on admin port %d: %w", s.config.AdminPort, err)
		}
		server := newHTTPServer(adminMux(gatherer))
		failed := make(chan error, 1)
		go func() { failed <- server.Serve(listener) }()
		ready()
		select {
		case err := <-failed:
			return fmt.Errorf("serve admin: %w", err)
		case <-ctx.Done():
			return server.Close()
		}
	}
}

func adminMux(gatherer prometheus.Gatherer) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
