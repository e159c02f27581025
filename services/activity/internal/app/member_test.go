package app

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

var memberContract = contracttest.MustParse(memberrest.Document())

// member is the neighbour: real tokens and keys, and lists that a test sets. Its
// answers are held to member's document.
type member struct {
	url    string
	issuer *authtest.Issuer
	down   atomic.Bool
	asked  atomic.Int64

	mu         sync.Mutex
	followings map[int64][]int64
	versions   map[int64]int64
}

func startMember(t *testing.T) *member {
	t.Helper()
	m := &member{issuer: authtest.NewIssuer(t), followings: map[int64][]int64{}, versions: map[int64]int64{}}
	tokens, err := url.Parse(m.issuer.URL)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(tokens))
	mux.Handle("GET /internal/members/{id}/followings", contracttest.Handler(t, memberContract, m.lists(m.listFollowings)))
	mux.Handle("POST /internal/members/summaries", contracttest.Handler(t, memberContract, m.lists(m.findSummaries)))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// follow sets whom a member follows, a new version of the list.
func (m *member) follow(member int64, targets ...int64) (version int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.followings[member] = targets
	m.versions[member]++
	return m.versions[member]
}

// lists answers for followings and names, which may be down while tokens work.
func (m *member) lists(answer func(r *http.Request) any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "member-request")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		status, body := http.StatusOK, any(map[string]any{"status": 200, "result": "SUCCESS", "data": answer(r)})
		failed := func(code int, name string) {
			status, body = code, map[string]any{"statusCode": code, "resultCode": "FAIL", "code": name, "message": "x", "path": r.URL.Path, "requestId": "member-request"}
		}
		switch {
		case r.Header.Get("X-Internal-Token") != authtest.InternalToken:
			failed(http.StatusNotFound, "NOT_FOUND")
		case m.down.Load():
			w.Header().Set("Retry-After", "1")
			failed(http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE")
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	})
}

func (m *member) listFollowings(r *http.Request) any {
	m.asked.Add(1)
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	m.mu.Lock()
	defer m.mu.Unlock()
	rest := m.followings[id][after:]
	answer := memberrest.FollowIDs{MemberIDs: append([]int64{}, rest[:min(len(rest), limit)]...), Version: m.versions[id]}
	if len(rest) > limit {
		answer.NextAfter = new(int64(after + limit))
	}
	return answer
}

// findSummaries knows everybody but those from 1000 on, who have left.
func (m *member) findSummaries(r *http.Request) any {
	var request memberrest.FindSummariesRequest
	_ = json.NewDecoder(r.Body).Decode(&request)
	found := []memberrest.Summary{}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(request.IDs))) {
		if id < 1000 {
			number := strconv.FormatInt(id, 10)
			found = append(found, memberrest.Summary{
				ID: id, MemberID: id, MemberName: "이름" + number, MemberHandle: "handle" + number, Handle: "handle" + number,
				AvatarURL: "no-image", VerificationStatus: memberrest.VerificationStatusNone,
			})
		}
	}
	return found
}
