// Command prober is both ends of a call in the tests of the mesh: it answers as it
// is told to (/api and /internal of its public port), counts what reaches it, and
// makes calls from its pod (its control port).
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
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
)

func serve(ctx context.Context) error {
	p := &prober{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}}
	p.mode.Store("ok")
	control := http.NewServeMux()
	control.HandleFunc("/mode", p.setMode)
	control.HandleFunc("/count", p.tell)
	control.HandleFunc("/call", p.call)
	servers := []*http.Server{
		{Addr: publicAddr, Handler: http.HandlerFunc(p.answer), ReadHeaderTimeout: headerLimit},
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

func (p *prober) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/healthcheck/ready" {
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

// Outcome is what calls came to.
type Outcome struct {
	Statuses map[string]int   `json:"statuses"` // status, or the error
	Bodies   map[string]int   `json:"bodies"`   // the first of them
	Micros   map[string]int64 `json:"micros"`   // p50, p99
}

// call makes n calls of url, so many at once.
func (p *prober) call(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	n, _ := strconv.Atoi(cmp.Or(query.Get("n"), "1"))
	at, _ := strconv.Atoi(cmp.Or(query.Get("at"), "1"))
	outcome := Outcome{Statuses: map[string]int{}, Bodies: map[string]int{}, Micros: map[string]int64{}}
	var mu sync.Mutex
	var took []time.Duration
	var workers sync.WaitGroup
	turns := make(chan struct{}, n)
	for range n {
		turns <- struct{}{}
	}
	close(turns)
	for range at {
		workers.Go(func() {
			for range turns {
				began := time.Now()
				status, body := p.once(r.Context(), query.Get("url"), r.Header.Get("X-Send-Authorization"))
				mu.Lock()
				took = append(took, time.Since(began))
				outcome.Statuses[status]++
				if len(outcome.Bodies) < 8 || outcome.Bodies[body] > 0 {
					outcome.Bodies[body]++
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	outcome.Micros["p50"], outcome.Micros["p99"] = quantile(took, 0.5), quantile(took, 0.99)
	_ = json.NewEncoder(w).Encode(outcome)
}

func (p *prober) once(ctx context.Context, url, authorization string) (status, body string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error(), ""
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err.Error(), ""
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 300))
	if err != nil {
		return err.Error(), ""
	}
	return strconv.Itoa(response.StatusCode), string(text)
}
