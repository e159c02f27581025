package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Orders are the writes that are asked for: each has its own key and text, and once
// it is answered it is sent again with the same key.
type Orders struct {
	URL    string   `json:"url"`
	Name   string   `json:"name"`   // in every text
	Tokens []string `json:"tokens"` // of the members who write, in turn
	N      int      `json:"n"`
	At     int      `json:"at"` // at once
}

// Written is what they came to.
type Written struct {
	Posts     []int64        `json:"posts"`     // as answered
	Repeats   int            `json:"repeats"`   // by the client, of what the mesh gave up
	Different []string       `json:"different"` // repeats of an answered write with another answer
	Failed    []string       `json:"failed"`    // never answered well
	Statuses  map[string]int `json:"statuses"`
	Seconds   float64        `json:"seconds"`
}

const (
	answeredWithin = 2 * time.Minute
	firstPause     = 100 * time.Millisecond
	longestPause   = 5 * time.Second
	examplesKept   = 10
)

func (p *prober) write(w http.ResponseWriter, r *http.Request) {
	var orders Orders
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	written := Written{Statuses: map[string]int{}}
	began := time.Now()
	var mu sync.Mutex
	inTurns(orders.N, orders.At, func(turn int) { p.writeOne(r.Context(), orders, turn, &mu, &written) })
	written.Seconds = time.Since(began).Seconds()
	_ = json.NewEncoder(w).Encode(written)
}

func (p *prober) writeOne(ctx context.Context, orders Orders, turn int, mu *sync.Mutex, written *Written) {
	token, key := orders.Tokens[turn%len(orders.Tokens)], fmt.Sprintf("%s-%d", orders.Name, turn)
	body := fmt.Appendf(nil, `{"title":"쓰기","content":"%s %d"}`, orders.Name, turn)
	status, first, tries := p.answered(ctx, orders.URL, token, key, body)
	again, second, _ := p.answered(ctx, orders.URL, token, key, body)
	var post struct {
		Data struct {
			ID int64 `json:"id"`
		} `json:"data"`
	}
	err := json.Unmarshal(first, &post)
	mu.Lock()
	defer mu.Unlock()
	written.Statuses[strconv.Itoa(status)]++
	written.Repeats += tries - 1
	switch {
	case status != http.StatusCreated || err != nil:
		if len(written.Failed) < examplesKept {
			written.Failed = append(written.Failed, fmt.Sprintf("%s: %d %s", key, status, first))
		}
	case again != status || !bytes.Equal(first, second):
		if len(written.Different) < examplesKept {
			written.Different = append(written.Different, fmt.Sprintf("%s: %s; %d %s", key, first, again, second))
		}
		fallthrough
	default:
		written.Posts = append(written.Posts, post.Data.ID)
	}
}

// answered sends a write until it is answered, as a client does that wants it done:
// what was not, or with 5xx, 409 (it is being done) or 429, is sent again after a pause.
func (p *prober) answered(ctx context.Context, url, token, key string, body []byte) (status int, text []byte, tries int) {
	ctx, cancel := context.WithTimeout(ctx, answeredWithin)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		tries++
		status, text = p.post(ctx, url, token, key, body)
		again := status == 0 || status >= http.StatusInternalServerError || status == http.StatusConflict || status == http.StatusTooManyRequests
		if !again {
			return status, text, tries
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return status, text, tries
		}
	}
}

// post is one write; 0 is no answer.
func (p *prober) post(ctx context.Context, url, token, key string, body []byte) (int, []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, []byte(err.Error())
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := p.client.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return 0, []byte(err.Error())
	}
	return response.StatusCode, text
}
