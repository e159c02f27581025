package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
)

// front stands before a service and spoils what it answers, by chance.
type front struct {
	upstream string
	client   *http.Client

	passed   atomic.Int64 // whole
	refused  atomic.Int64 // 503, and never handed on
	replaced atomic.Int64 // done, and answered by a status of 5xx
	lost     atomic.Int64 // done, and the connection cut
	late     atomic.Int64 // done, and not answered while anybody waited
}

// of a thousand requests
const (
	refusedOf  = 40
	replacedOf = 40
	lostOf     = 40
	lateOf     = 2
)

func (f *front) pass(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == ready {
		return
	}
	chance := rand.IntN(1000)
	if chance -= refusedOf; chance < 0 {
		f.refused.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	status, header, text, err := f.ask(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if chance -= replacedOf; chance < 0 {
		f.replaced.Add(1)
		w.WriteHeader([]int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable}[rand.IntN(3)])
		return
	}
	if chance -= lostOf; chance < 0 {
		f.lost.Add(1)
		panic(http.ErrAbortHandler) //nolint:forbidigo // how a connection is cut
	}
	if chance -= lateOf; chance < 0 {
		f.late.Add(1)
		<-r.Context().Done()
		return
	}
	f.passed.Add(1)
	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	_, _ = w.Write(text) //nolint:gosec // another's answer, to a test (2026-11-21)
}

// ask hands the request on, and waits for the answer also when the caller has left:
// what is done is done.
func (f *front) ask(r *http.Request) (status int, header http.Header, text []byte, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, nil, err
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, f.upstream+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	request.Header = r.Header.Clone()
	response, err := f.client.Do(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err = io.ReadAll(response.Body)
	return response.StatusCode, response.Header, text, err
}

func (f *front) tell(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(map[string]int64{
		"passed": f.passed.Load(), "refused": f.refused.Load(), "replaced": f.replaced.Load(), "lost": f.lost.Load(), "late": f.late.Load(),
	})
}
