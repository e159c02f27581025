package feedtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// Feed is the small dailyfeed.
type Feed struct {
	URL string
	// Lag is how far search and activities are behind the writes.
	Lag time.Duration
	// Broken, where it is set, may answer a request in place of the feed; it
	// says whether it did.
	Broken func(w http.ResponseWriter, r *http.Request) bool

	mu         sync.Mutex
	accounts   []*account
	tokens     map[string]*account // access and refresh tokens
	follows    map[[2]int64]bool
	posts      []*timelinerest.Post
	comments   []*timelinerest.Comment
	likes      map[[2]int64]bool // of posts
	pictures   map[string][]byte
	activities []dated
	serial     int64
}

type account struct {
	summary         memberrest.Summary
	email, password string
}

type dated struct {
	activityrest.Activity
	at time.Time
}

// New starts a feed that ends with the test.
func New(t testing.TB) *Feed {
	t.Helper()
	f := &Feed{tokens: map[string]*account{}, follows: map[[2]int64]bool{}, likes: map[[2]int64]bool{}, pictures: map[string][]byte{}}
	mux := http.NewServeMux()
	f.routeMembers(mux)
	f.routePosts(mux)
	f.routeProjections(mux)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.Broken != nil && f.Broken(w, r) {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		r.URL.Path = strings.Replace(r.URL.Path, "/api/proxy/", "/api/", 1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// Counts says how much there is of what.
func (f *Feed) Counts() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[string]int{
		"members": len(f.accounts), "pictures": len(f.pictures), "follows": len(f.follows),
		"posts": len(f.posts), "comments": len(f.comments), "likes": len(f.likes),
	}
}

// ExpireTokens makes every access token expired; refresh tokens stay.
func (f *Feed) ExpireTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token := range f.tokens {
		if strings.HasPrefix(token, "access-") {
			f.tokens[token] = nil
		}
	}
}

func (f *Feed) next() int64 {
	f.serial++
	return f.serial
}

// caller is who asks, or nil after a refusal was written.
func (f *Feed) caller(w http.ResponseWriter, r *http.Request) *account {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		Refuse(w, r, http.StatusUnauthorized, "BEARER_TOKEN_MISSING")
		return nil
	}
	who, known := f.tokens[token]
	if !known {
		w.Header().Set("X-Relogin-Required", "true")
		Refuse(w, r, http.StatusUnauthorized, "INVALID_TOKEN")
		return nil
	}
	if who == nil {
		w.Header().Set("X-Token-Refresh-Needed", "true")
		Refuse(w, r, http.StatusUnauthorized, "JWT_EXPIRED")
	}
	return who
}

// asMember is a handler for members only.
func (f *Feed) asMember(handle func(w http.ResponseWriter, r *http.Request, who *account)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if who := f.caller(w, r); who != nil {
			handle(w, r, who)
		}
	}
}

func answer(w http.ResponseWriter, status int, data any) {
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusCreated { // 204 of the contract is an HTTP 200
		w.WriteHeader(status)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "result": "SUCCESS", "data": data})
}

// Refuse answers with a failure envelope.
func Refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"statusCode": status, "resultCode": "FAIL", "code": code, "message": code, "path": r.URL.Path, "requestId": "r",
	})
}

func read[T any](r *http.Request) T {
	var body T
	_ = json.NewDecoder(r.Body).Decode(&body)
	return body
}

func pathID(r *http.Request) int64 {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	return id
}

func now() string { return time.Now().UTC().Format("2006-01-02 15:04:05") }

// pageOf cuts a page and says what comes next; a cursor is an offset.
func pageOf[T any](r *http.Request, all []T) (page []T, next *string, size int) {
	size, _ = strconv.Atoi(r.URL.Query().Get("size"))
	if size <= 0 {
		size = 10
	}
	offset, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	end := min(offset+size, len(all))
	page = append([]T{}, all[min(offset, end):end]...)
	if end < len(all) {
		text := fmt.Sprint(end)
		next = &text
	}
	return page, next, size
}
