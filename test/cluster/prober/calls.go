package main

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Outcome is what calls came to.
type Outcome struct {
	Statuses map[string]int   `json:"statuses"` // status, or the error
	Bodies   map[string]int   `json:"bodies"`   // the first of them
	Micros   map[string]int64 `json:"micros"`   // p50, p99
}

const bodiesKept = 8

// call makes n calls of url, so many at once.
func (p *prober) call(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	n, _ := strconv.Atoi(cmp.Or(query.Get("n"), "1"))
	at, _ := strconv.Atoi(cmp.Or(query.Get("at"), "1"))
	outcome := Outcome{Statuses: map[string]int{}, Bodies: map[string]int{}, Micros: map[string]int64{}}
	var mu sync.Mutex
	var took []time.Duration
	inTurns(n, at, func(int) {
		began := time.Now()
		status, body := p.once(r.Context(), query.Get("url"), r.Header.Get("X-Send-Authorization"))
		mu.Lock()
		defer mu.Unlock()
		took = append(took, time.Since(began))
		outcome.Statuses[status]++
		if len(outcome.Bodies) < bodiesKept || outcome.Bodies[body] > 0 {
			outcome.Bodies[body]++
		}
	})
	outcome.Micros["p50"], outcome.Micros["p99"] = quantile(took, 0.5), quantile(took, 0.99)
	_ = json.NewEncoder(w).Encode(outcome)
}

// inTurns does something n times, so many at once.
func inTurns(n, at int, do func(turn int)) {
	turns := make(chan int, n)
	for turn := range n {
		turns <- turn
	}
	close(turns)
	var workers sync.WaitGroup
	for range at {
		workers.Go(func() {
			for turn := range turns {
				do(turn)
			}
		})
	}
	workers.Wait()
}

func (p *prober) once(ctx context.Context, url, authorization string) (status, body string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
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
