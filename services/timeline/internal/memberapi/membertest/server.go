// Package membertest is a member service for the tests of timeline: it answers
// the internal endpoints that timeline asks, as the document of member says, and
// gives tokens.
package membertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// Server is a member service in memory.
type Server struct {
	// URL is MEMBER_URL of the service under test.
	URL    string
	Issuer *authtest.Issuer
	// Calls counts the questions about members and follows.
	Calls atomic.Int64

	down      atomic.Bool
	mu        sync.Mutex
	summaries map[int64]memberrest.Summary
	follows   map[int64][]int64 // by follower, oldest first
	versions  map[int64]int64
	// followed are the versions of the lists of followers.
	followed map[int64]int64
	// onFollowers is called between the look at followers and the answer.
	onFollowers func(member int64)
}

var contract = contracttest.MustParse(memberrest.Document())

// Start runs a member service until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		Issuer: authtest.NewIssuer(t), summaries: map[int64]memberrest.Summary{},
		follows: map[int64][]int64{}, versions: map[int64]int64{}, followed: map[int64]int64{},
	}
	server := httptest.NewServer(s.handler(t))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// SetDown makes every endpoint answer 503, or work again.
func (s *Server) SetDown(down bool) {
	s.down.Store(down)
	s.Issuer.SetDown(down)
}

// OnFollowers has hold called each time that somebody has asked for the followers of
// a member, before the answer is sent: what happens meanwhile is not in it.
func (s *Server) OnFollowers(hold func(member int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onFollowers = hold
}

// Join adds members that are named after their ids.
func (s *Server) Join(ids ...int64) {
	for _, id := range ids {
		name := strconv.FormatInt(id, 10)
		s.Put(memberrest.Summary{
			MemberID: id, ID: id, MemberName: "Member " + name, MemberHandle: "member_" + name, Handle: "member_" + name,
			VerificationStatus: "NONE", AvatarURL: "no-image",
		})
	}
}

// Put adds or changes a member.
func (s *Server) Put(summary memberrest.Summary) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.summaries[summary.MemberID] = summary
}

// Leave deactivates a member.
func (s *Server) Leave(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.summaries, id)
	s.followedChanged(s.follows[id]...)
	delete(s.follows, id)
	for follower, targets := range s.follows {
		if i := slices.Index(targets, id); i >= 0 {
			s.follows[follower] = slices.Delete(targets, i, i+1)
			s.versions[follower]++
		}
	}
}

// Follow makes follower follow targets, and returns the version of its followings.
func (s *Server) Follow(follower int64, targets ...int64) (version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.follows[follower] = append(s.follows[follower], targets...)
	s.versions[follower] += int64(len(targets))
	s.followedChanged(targets...)
	return s.versions[follower]
}

// Unfollow ends a follow, and returns the version of the followings.
func (s *Server) Unfollow(follower, target int64) (version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.follows[follower] = slices.DeleteFunc(s.follows[follower], func(id int64) bool { return id == target })
	s.versions[follower]++
	s.followedChanged(target)
	return s.versions[follower]
}

func (s *Server) followedChanged(targets ...int64) {
	for _, target := range targets {
		s.followed[target]++
	}
}

func (s *Server) handler(t testing.TB) http.Handler {
	issuer, err := url.Parse(s.Issuer.URL)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(issuer))
	mux.HandleFunc("POST /internal/members/summaries", s.serveSummaries)
	mux.HandleFunc("GET /internal/members/{id}/followings", s.serveFollowings)
	mux.HandleFunc("GET /internal/members/{id}/followers", s.serveFollowers)
	checked := contracttest.Handler(t, contract, mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		addHeaders(w, r)
		if r.URL.Path == "/.well-known/jwks.json" || r.Header.Get("X-Internal-Token") != authtest.InternalToken {
			mux.ServeHTTP(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	})
}

func addHeaders(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("X-Request-Id")
	if id == "" {
		id = "membertest"
	}
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("X-Content-Type-Options", "nosniff")
}

func (s *Server) serveSummaries(w http.ResponseWriter, r *http.Request) {
	s.Calls.Add(1)
	var question memberrest.FindSummariesRequest
	if json.NewDecoder(r.Body).Decode(&question) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []memberrest.Summary{}
	for _, id := range question.IDs {
		if summary, ok := s.summaries[id]; ok {
			found = append(found, summary)
		}
	}
	answer(w, found)
}

func (s *Server) serveFollowings(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serveFollows(w, r, s.follows[id], s.versions[id])
}

func (s *Server) serveFollowers(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	followers, version, hold := s.followersOf(id)
	if known, err := strconv.ParseInt(r.URL.Query().Get("known"), 10, 64); err == nil && known == version {
		followers = nil
	}
	if hold != nil {
		hold(id)
	}
	s.serveFollows(w, r, followers, version)
}

func (s *Server) followersOf(id int64) (followers []int64, version int64, hold func(member int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for follower, targets := range s.follows {
		if slices.Contains(targets, id) {
			followers = append(followers, follower)
		}
	}
	slices.Sort(followers)
	return followers, s.followed[id], s.onFollowers
}

// serveFollows gives a part of ids; after is how many were given before.
func (s *Server) serveFollows(w http.ResponseWriter, r *http.Request, ids []int64, version int64) {
	s.Calls.Add(1)
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil {
		limit = 500
	}
	from := min(after, len(ids))
	to := min(from+limit, len(ids))
	part := memberrest.FollowIDs{MemberIDs: append([]int64{}, ids[from:to]...), Version: version}
	if to < len(ids) {
		next := int64(to)
		part.NextAfter = &next
	}
	answer(w, part)
}

func answer(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": http.StatusOK, "result": "SUCCESS", "data": data})
}
