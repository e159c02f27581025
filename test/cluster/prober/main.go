// Command prober is both ends of a call in the tests of the mesh. Its public port
// answers as it is told to (/api and /internal), counts what reaches it, and with
// UPSTREAM hands requests on and loses answers. Its control port makes calls from its
// pod and says what that cost.
package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx)
	stop()
	if err != nil {
		slog.Error("prober", slog.String("error", err.Error()))
		os.Exit(1)
	}
}

const (
	publicAddr  = ":8080"
	controlAddr = ":9080"
	headerLimit = 10 * time.Second
	connections = 1000 // kept open to one address
)

func serve(ctx context.Context) error {
	p := &prober{client: &http.Client{Transport: &http.Transport{MaxIdleConns: connections, MaxIdleConnsPerHost: connections}}}
	p.mode.Store("ok")
	public := http.HandlerFunc(p.answer)
	control := http.NewServeMux()
	control.HandleFunc("/mode", p.setMode)
	control.HandleFunc("/count", p.tell)
	control.HandleFunc("/call", p.call)
	control.HandleFunc("/write", p.write)
	control.HandleFunc("/processor", tellProcessor)
	if upstream := os.Getenv("UPSTREAM"); upstream != "" {
		front := &front{upstream: upstream, client: p.client}
		public = front.pass
		control.HandleFunc("/faults", front.tell)
	}
	servers := []*http.Server{
		{Addr: publicAddr, Handler: public, ReadHeaderTimeout: headerLimit},
		{Addr: controlAddr, Handler: control, ReadHeaderTimeout: headerLimit},
	}
	failed := make(chan error, len(servers))
	for _, server := range servers {
		go func() { failed <- server.ListenAndServe() }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	var errs []error
	for _, server := range servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}

type prober struct {
	mode   atomic.Value // ok, fail, hang
	count  atomic.Int64
	client *http.Client
}

const ready = "/healthcheck/ready"

func (p *prober) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != ready {
		p.count.Add(1)
		switch p.mode.Load() {
		case "fail":
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case "hang":
			<-r.Context().Done()
			return
		}
	}
	_, _ = io.WriteString(w, os.Getenv("HOSTNAME"))
}

func (p *prober) setMode(w http.ResponseWriter, r *http.Request) {
	p.mode.Store(r.URL.Query().Get("to"))
	p.count.Store(0)
	w.WriteHeader(http.StatusNoContent)
}

func (p *prober) tell(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, strconv.FormatInt(p.count.Load(), 10))
}
