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

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 120 * time.Second
	maxHeader     = 64 << 10
	finishLimit   = 20 * time.Second
)

// StopLimit is how long Run may take to stop: the time that it goes on serving
// and the time that it lets requests finish, and a second to spare.
func (s *Server) StopLimit() time.Duration {
	return s.config.ShutdownDelay + finishLimit + time.Second
}

// Run serves the public port until ctx ends. Then it is no longer ready, goes
// on serving for ShutdownDelay while endpoints are withdrawn, ends streams, and
// lets what else runs finish within 20 s. It can be run once.
func (s *Server) Run(ctx context.Context, ready func()) error {
	listener, err := listen(ctx, s.config.Port)
	if err != nil {
		return err
	}
	return s.RunOn(ctx, listener, ready)
}

// RunOn is Run on a listener of the caller's, which it closes.
func (s *Server) RunOn(ctx context.Context, listener net.Listener, ready func()) error {
	server := s.newHTTPServer(s)
	// a body that trickles in and an answer that trickles out; Raw and Stream
	// have limits of their own
	server.ReadTimeout = s.config.Deadline
	server.WriteTimeout = s.config.Deadline + writeLimit
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.started.Store(true)
	s.log().LogAttrs(ctx, slog.LevelInfo, "serving", slog.String("address", listener.Addr().String()))
	ready()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.log().LogAttrs(ctx, slog.LevelInfo, "draining", slog.String("delay", s.config.ShutdownDelay.String()))
	if err := process.Pause(context.WithoutCancel(ctx), s.config.ShutdownDelay); err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	close(s.ending)
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

func listen(ctx context.Context, port int) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return nil, fmt.Errorf("listen on port %d: %w", port, err)
	}
	return listener, nil
}

func (s *Server) newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log().Handler(), slog.LevelWarn),
	}
}

// RunAdmin serves /metrics and pprof on the admin port until ctx ends.
func (s *Server) RunAdmin(gatherer prometheus.Gatherer) process.Run {
	return func(ctx context.Context, ready func()) error {
		listener, err := listen(ctx, s.config.AdminPort)
		if err != nil {
			return err
		}
		return s.RunAdminOn(ctx, listener, gatherer, ready)
	}
}

// RunAdminOn is RunAdmin on a listener of the caller's, which it closes.
func (s *Server) RunAdminOn(ctx context.Context, listener net.Listener, gatherer prometheus.Gatherer, ready func()) error {
	server := s.newHTTPServer(adminMux(gatherer))
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready()
	select {
	case err := <-failed:
		return fmt.Errorf("serve admin: %w", err)
	case <-ctx.Done():
		return errors.Join(server.Close())
	}
}

func adminMux(gatherer prometheus.Gatherer) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
