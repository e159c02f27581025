package outages_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// endpoint is a request that load makes: one for each endpoint that a client
// uses again and again. Streams, sign-up, login and what ends a session are not
// among them.
type endpoint struct {
	service, name, method, path string
	body                        string
	ok                          []int // statuses that are well, beside 200 and 201
}

// endpoints of the fleet. {me}, {other}, {post}, {comment}, {handle}, {picture}
// and {n} are filled in for each request. Refusals that only say that
// somebody was there before are well: a second like, a second follow.
var endpoints = []endpoint{
	{"member", "getMe", "GET", "/api/members", "", nil},
	{"member", "getProfile", "GET", "/api/members/profile/{other}", "", nil},
	{"member", "getProfileByHandle", "GET", "/api/members/profile/@{handle}", "", nil},
	{"member", "getSummary", "GET", "/api/members/{other}/summary", "", nil},
	{"member", "findSummaries", "POST", "/api/members/query/in", `{"ids":[{me},{other}]}`, nil},
	{"member", "listMyFollowings", "GET", "/api/members/followings/more", "", nil},
	{"member", "listFollowers", "GET", "/api/members/{other}/followers/more", "", nil},
	{"member", "listSessions", "GET", "/api/authentication/sessions", "", nil},
	{"member", "updateMyProfile", "PUT", "/api/members/profile", `{"bio":"소개 {n}"}`, nil},
	{"member", "follow", "POST", "/api/members/follow/{other}", "", []int{400}},
	{"member", "listSigningKeys", "GET", "/.well-known/jwks.json", "", nil},
	{"content", "createPost", "POST", "/api/posts", `{"content":"글 {n}"}`, nil},
	{"content", "updatePost", "PUT", "/api/posts/{post}", `{"content":"고침 {n}"}`, []int{403}},
	{"content", "likePost", "POST", "/api/posts/{post}/like", "", []int{400}},
	{"content", "unlikePost", "DELETE", "/api/posts/{post}/like", "", []int{400}},
	{"content", "createComment", "POST", "/api/comments", `{"content":"댓글 {n}","postId":{post}}`, nil},
	{"content", "likeComment", "POST", "/api/comments/{comment}/like", "", []int{400}},
	{"timeline", "listFollowingPosts", "GET", "/api/timeline/posts/followings", "", nil},
	{"timeline", "listMostPopularPosts", "GET", "/api/timeline/posts/most-popular", "", nil},
	{"timeline", "listMyPosts", "GET", "/api/timeline/posts", "", nil},
	{"timeline", "getPost", "GET", "/api/timeline/posts/{post}", "", nil},
	{"timeline", "listPostsByAuthor", "GET", "/api/timeline/posts/authors/{other}", "", nil},
	{"timeline", "findPosts", "POST", "/api/timeline/posts/query/list", `{"ids":[{post}]}`, nil},
	{"timeline", "getPostStatistics", "GET", "/api/timeline/statistics/posts/{post}", "", nil},
	{"timeline", "listPostComments", "GET", "/api/timeline/posts/{post}/comments", "", nil},
	{"timeline", "getComment", "GET", "/api/timeline/comments/{comment}", "", nil},
	{"search", "searchPosts", "GET", "/api/search/posts?keyword=%EC%9E%90%EC%A0%84%EA%B1%B0", "", nil},
	{"search", "searchComments", "GET", "/api/search/comments?keyword=%EC%9E%90%EC%A0%84%EA%B1%B0", "", nil},
	{"image", "viewImage", "GET", "/api/images/view/{picture}", "", nil},
	{"image", "uploadImage", "POST", "/api/images/upload", "picture", nil},
	{"activity", "listMyActivities", "GET", "/api/member-activities", "", nil},
	{"activity", "listFollowingActivities", "GET", "/api/member-activities/followings", "", nil},
	{"activity", "countUnreadActivities", "GET", "/api/member-activities/followings/unread-count", "", nil},
	{"activity", "markActivitiesRead", "PUT", "/api/member-activities/followings/read", `{"until":"2026-01-01T00:00:00"}`, nil},
}

// request is what one of the town asks of an endpoint. A write has a key, as the
// mesh gives it one: its repeat is safe.
func (e endpoint) request(w *town) (*http.Request, error) {
	me, other := w.people[rand.IntN(len(w.people))], w.people[rand.IntN(len(w.people))]
	for other == me {
		other = w.people[rand.IntN(len(w.people))]
	}
	fill := strings.NewReplacer(
		"{me}", fmt.Sprint(me.id), "{other}", fmt.Sprint(other.id), "{handle}", other.handle, "{picture}", w.picture,
		"{post}", fmt.Sprint(w.posts[rand.IntN(len(w.posts))]), "{comment}", fmt.Sprint(w.comments[rand.IntN(len(w.comments))]),
		"{n}", fmt.Sprint(rand.Uint64()))
	body, kind := []byte(fill.Replace(e.body)), "application/json"
	if e.body == "picture" {
		body, kind = form(w.png)
	}
	r, err := http.NewRequest(e.method, home.EdgeURL()+fill.Replace(e.path), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+me.Token())
	if len(body) > 0 {
		r.Header.Set("Content-Type", kind)
	}
	if e.method != http.MethodGet {
		r.Header.Set("Idempotency-Key", fmt.Sprintf("load-%x", rand.Uint64()))
	}
	return r, nil
}

func form(content []byte) ([]byte, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("image", "a.png")
	_, _ = part.Write(content)
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// isWell says whether an answer is what the endpoint is for.
func (e endpoint) isWell(status int) bool {
	return status == http.StatusOK || status == http.StatusCreated || slices.Contains(e.ok, status)
}
