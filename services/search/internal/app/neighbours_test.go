package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/timelineapi"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// neighbours are timeline, content and member over HTTP, as their documents say;
// what they know is kept here.
type neighbours struct {
	issuer *authtest.Issuer
	// down makes timeline, member (but for tokens) or content answer 503.
	timelineDown, memberDown, contentDown atomic.Bool
	timelineCalls                         atomic.Int64

	mu       sync.Mutex
	posts    map[int64]search.Post
	comments map[int64]search.Comment
	handles  map[string]int64
	asked    []http.Header // of timeline
	batch    int           // states at once

	timelineURL, memberURL, contentURL string
}

// rebuildBatch is how many states content gives at once, whatever is asked for,
// unless a test sets another number.
const rebuildBatch = 2

func startNeighbours(t testing.TB) *neighbours {
	t.Helper()
	n := &neighbours{
		issuer: authtest.NewIssuer(t), batch: rebuildBatch, posts: map[int64]search.Post{}, comments: map[int64]search.Comment{},
		handles: map[string]int64{"haneul_kim": 1, "mia_l": 2, "lurker": 3},
	}
	serve := func(document []byte, down *atomic.Bool, routes func(mux *http.ServeMux), next http.Handler) string {
		mux := http.NewServeMux()
		routes(mux)
		checked := contracttest.Handler(t, contracttest.MustParse(document), mux)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case down.Load() && (next == nil || (r.URL.Path != "/.well-known/jwks.json" && !strings.HasPrefix(r.URL.Path, "/internal/tokens"))):
				fail(w, r, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE")
			case r.URL.Path == timelineapi.PathFindComments: // not in the document yet
				mux.ServeHTTP(w, r)
			case next != nil && !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/internal/members/summaries":
				next.ServeHTTP(w, r)
			default:
				checked.ServeHTTP(w, r)
			}
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	tokens, err := url.Parse(n.issuer.URL)
	require.NoError(t, err)
	n.timelineURL = serve(timelinerest.Document(), &n.timelineDown, n.timeline, nil)
	n.contentURL = serve(contentrest.Document(), &n.contentDown, n.content, nil)
	n.memberURL = serve(memberrest.Document(), &n.memberDown, n.member, httputil.NewSingleHostReverseProxy(tokens))
	return n
}

func (n *neighbours) timeline(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/timeline/posts/query/list", func(w http.ResponseWriter, r *http.Request) {
		var q timelinerest.FindPostsRequest
		_ = json.NewDecoder(r.Body).Decode(&q)
		n.timelineCalls.Add(1)
		n.mu.Lock()
		defer n.mu.Unlock()
		n.asked = append(n.asked, r.Header.Clone())
		found := []timelinerest.Post{}
		for _, id := range q.IDs {
			if p, ok := n.posts[id]; ok && !p.Deleted {
				found = append(found, n.shownPost(p))
			}
		}
		answer(w, found)
	})
	mux.HandleFunc("POST "+timelineapi.PathFindComments, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Internal-Token") != authtest.InternalToken {
			fail(w, r, http.StatusNotFound, "NOT_FOUND")
			return
		}
		var q timelineapi.FindCommentsRequest
		_ = json.NewDecoder(r.Body).Decode(&q)
		n.mu.Lock()
		defer n.mu.Unlock()
		found := []timelinerest.Comment{}
		for _, id := range q.IDs {
			if c, ok := n.comments[id]; ok && !c.Deleted && !n.posts[int64(c.PostID)].Deleted {
				found = append(found, n.shownComment(c))
			}
		}
		answer(w, found)
	})
}

func (n *neighbours) shownPost(p search.Post) timelinerest.Post {
	const form = "2006-01-02 15:04:05"
	name, picture := "작가 "+strconv.FormatInt(int64(p.AuthorID), 10), "no-image"
	handle := n.handleOf(int64(p.AuthorID))
	return timelinerest.Post{
		ID: int64(p.ID), Title: p.Title, Content: p.Content, AuthorID: int64(p.AuthorID), AuthorName: &name, AuthorHandle: &handle,
		AuthorAvatarURL: &picture, ViewCount: 128, LikeCount: int64(p.ID) % 3, CommentCount: int64(p.ID) % 2, Liked: true,
		CreatedAt: p.CreatedAt.Format(form), UpdatedAt: p.UpdatedAt.Format(form),
	}
}

func (n *neighbours) shownComment(c search.Comment) timelinerest.Comment {
	const form = "2006-01-02T15:04:05"
	shown := timelinerest.Comment{
		ID: int64(c.ID), Content: c.Content, AuthorID: int64(c.AuthorID), PostID: int64(c.PostID), Depth: c.Depth,
		LikeCount: int64(c.ID) % 3, ReplyCount: 1, CreatedAt: c.CreatedAt.Format(form), UpdatedAt: c.UpdatedAt.Format(form),
	}
	if c.ParentID != 0 {
		parent := int64(c.ParentID)
		shown.ParentID = &parent
	}
	return shown
}

func (n *neighbours) handleOf(member int64) string {
	for handle, id := range n.handles {
		if id == member {
			return handle
		}
	}
	return "nobody"
}

func (n *neighbours) member(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/members/profile/{handle}", func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		id, ok := n.handles[strings.ToLower(strings.TrimPrefix(r.PathValue("handle"), "@"))]
		n.mu.Unlock()
		if !ok {
			fail(w, r, http.StatusNotFound, "MEMBER_NOT_FOUND")
			return
		}
		changed := "2026-11-20T09:00:00"
		answer(w, memberrest.MemberProfile{
			ID: id, MemberID: id, MemberName: "이름", Handle: "haneul_kim", Gender: nil, VerificationStatus: "NONE",
			PrivacyLevel: "PUBLIC", IsActive: true, AvatarURL: "no-image", CreatedAt: changed, UpdatedAt: &changed,
		})
	})
	mux.HandleFunc("POST /internal/members/summaries", func(w http.ResponseWriter, r *http.Request) {
		var q memberrest.FindSummariesRequest
		_ = json.NewDecoder(r.Body).Decode(&q)
		n.mu.Lock()
		defer n.mu.Unlock()
		found := []memberrest.Summary{}
		for _, id := range q.IDs {
			if handle := n.handleOf(id); handle != "nobody" {
				changed := "2026-11-20T09:00:00"
				found = append(found, memberrest.Summary{
					MemberID: id, ID: id, MemberName: "작가 " + strconv.FormatInt(id, 10), MemberHandle: handle, Handle: handle,
					VerificationStatus: "NONE", AvatarURL: "no-image", FollowersCount: id % 3, UpdatedAt: &changed,
				})
			}
		}
		answer(w, found)
	})
}

func (n *neighbours) content(mux *http.ServeMux) {
	mux.HandleFunc("GET /internal/posts", func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		defer n.mu.Unlock()
		batch := contentrest.PostStateBatch{Posts: []contentrest.PostState{}}
		for _, id := range idsAfter(n.posts, n.batch, r) {
			p := n.posts[id]
			batch.Posts = append(batch.Posts, contentrest.PostState{
				ID: id, Version: p.Version, Title: p.Title, Content: p.Content, AuthorID: int64(p.AuthorID), Deleted: p.Deleted,
				CreatedAt: micros(p.CreatedAt), UpdatedAt: micros(p.UpdatedAt), LastActivityAt: micros(p.CreatedAt),
			})
		}
		if len(batch.Posts) == n.batch {
			batch.NextAfter = &batch.Posts[n.batch-1].ID
		}
		answer(w, batch)
	})
	mux.HandleFunc("GET /internal/comments", func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		defer n.mu.Unlock()
		batch := contentrest.CommentStateBatch{Comments: []contentrest.CommentState{}}
		for _, id := range idsAfter(n.comments, n.batch, r) {
			c := n.comments[id]
			state := contentrest.CommentState{
				ID: id, Version: c.Version, PostID: int64(c.PostID), Depth: c.Depth, Content: c.Content, AuthorID: int64(c.AuthorID),
				Deleted:   c.Deleted || n.posts[int64(c.PostID)].Deleted,
				CreatedAt: micros(c.CreatedAt), UpdatedAt: micros(c.UpdatedAt),
			}
			if c.ParentID != 0 {
				parent := int64(c.ParentID)
				state.ParentID = &parent
			}
			batch.Comments = append(batch.Comments, state)
		}
		if len(batch.Comments) == n.batch {
			batch.NextAfter = &batch.Comments[n.batch-1].ID
		}
		answer(w, batch)
	})
}

func idsAfter[T any](things map[int64]T, batch int, r *http.Request) []int64 {
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	var ids []int64
	for id := range things {
		if id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), batch)]
}

func micros(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func answer(w http.ResponseWriter, data any) {
	envelope(w, http.StatusOK, map[string]any{"status": http.StatusOK, "result": "SUCCESS", "data": data})
}

func fail(w http.ResponseWriter, r *http.Request, status int, code string) {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	envelope(w, status, map[string]any{
		"statusCode": status, "resultCode": "FAIL", "code": code, "message": "m", "path": r.URL.Path, "requestId": "r",
	})
}

func envelope(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "r")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}
