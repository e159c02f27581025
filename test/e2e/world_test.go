package e2e_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

// world is a small, lived-in fleet that the tests of the wire ask things of.
type world struct {
	edge          string
	services      map[string]string // where the first replica of each listens
	internalToken string
	contracts     map[string]*contracttest.Contract
	operations    []operation

	me, other  *person
	myPost     int64
	myComment  int64
	theirPosts []int64
	comments   []int64 // on the first of theirPosts
	picture    string
	forger     *forger
}

var (
	worldLock sync.Mutex
	theWorld  *world
)

// wire is the world of this run, made by the test that needs it first.
func wire(t *testing.T) *world {
	t.Helper()
	worldLock.Lock()
	defer worldLock.Unlock()
	if theWorld == nil {
		theWorld = makeWorld(t)
	}
	return theWorld
}

func makeWorld(t *testing.T) *world {
	t.Helper()
	state, err := fleet.ReadState(fleet.Config{Local: local})
	require.NoError(t, err)
	secrets, err := fleet.ReadSecrets(fleet.Config{Local: local})
	require.NoError(t, err)
	w := &world{
		edge: state.Edge, services: state.URLs, internalToken: secrets["INTERNAL_TOKEN"],
		contracts: map[string]*contracttest.Contract{},
	}
	for _, service := range slices.Sorted(maps.Keys(documents)) {
		if w.services[service] == "" {
			continue // a part of a fleet, joined for work on these tests
		}
		w.contracts[service] = contracttest.MustParse(documents[service])
		found, err := readOperations(service)
		require.NoError(t, err)
		w.operations = append(w.operations, found...)
	}
	within(t, time.Minute, "every service is ready", func() bool {
		for service := range w.contracts {
			response, err := plain.Get(w.services[service] + "/healthcheck/ready")
			if err != nil || response.Body.Close() != nil || response.StatusCode != http.StatusOK {
				return false
			}
		}
		return true
	})
	w.forger = newForger(t, state.Stores.MySQL, secrets["JWT_KEK"])
	w.populate(t)
	return w
}

// populate makes enough of everything for lists to have a second page.
func (w *world) populate(t *testing.T) {
	t.Helper()
	w.me, w.other = someone(t), someone(t)
	for _, friend := range []*person{w.other, someone(t), someone(t)} {
		w.me.follow(t, friend)
		friend.follow(t, w.me)
		if friend != w.other {
			friend.follow(t, w.other)
			w.other.follow(t, friend)
		}
	}
	if w.services["content"] != "" {
		w.write(t)
	}
	if w.services["image"] != "" {
		id, err := w.me.images.UploadImage(t.Context(), "a.png", picture(t))
		require.NoError(t, err)
		w.picture = id
	}
}

func (w *world) write(t *testing.T) {
	t.Helper()
	for i := range 3 {
		w.theirPosts = append(w.theirPosts, w.other.post(t, fmt.Sprint("한강 자전거 ", i)).ID)
		w.myPost = w.me.post(t, fmt.Sprint("내 글 ", i)).ID
	}
	for i := range 3 {
		for _, author := range []*person{w.other, w.me} {
			comment, err := author.content.CreateComment(t.Context(), contentrest.CreateCommentRequest{Content: fmt.Sprint("자전거 댓글 ", i), PostID: w.theirPosts[0]})
			require.NoError(t, err)
			w.comments, w.myComment = append(w.comments, comment.ID), comment.ID
			_, err = author.content.CreateReply(t.Context(), contentrest.CreateReplyRequest{Content: "답글", PostID: w.theirPosts[0], ParentID: w.comments[0]})
			require.NoError(t, err)
		}
	}
}

// each runs a test for every operation that fits.
func (w *world) each(t *testing.T, fits func(operation) bool, test func(t *testing.T, op operation)) {
	t.Helper()
	began, before := time.Now(), sent.Load()
	t.Cleanup(func() {
		t.Logf("about %d requests in %.1f s", sent.Load()-before, time.Since(began).Seconds())
	})
	for _, op := range w.operations {
		if !fits(op) {
			continue
		}
		t.Run(op.service+"/"+op.OperationID, func(t *testing.T) {
			t.Parallel()
			test(t, op)
		})
	}
}

func all(operation) bool { return true }

// valid is a request that the document allows. It may be refused for what it
// asks, such as a second like, but not for how. It does not cost the caller its
// session, unless the operation is one that ends it.
func (w *world) valid(op operation) ask {
	a := ask{op: op, title: "as documented", method: op.Method, path: op.Path, header: http.Header{}}
	for _, p := range op.in("path") {
		a.path = strings.Replace(a.path, "{"+p.name+"}", url.PathEscape(fmt.Sprint(w.pathValue(op, p))), 1)
	}
	query := url.Values{}
	for _, p := range op.in("query") {
		if p.required {
			query.Set(p.name, fmt.Sprint(p.example))
		}
	}
	a.query = query.Encode()
	if op.body != nil {
		a.body = encoded(w.body(op))
		a.header.Set("Content-Type", "application/json")
	}
	if op.bearer {
		a.token = w.me.token
	}
	return a
}

// upload is a valid request of an operation that takes a file.
func (w *world) upload(t *testing.T, op operation) ask {
	t.Helper()
	a := w.valid(op)
	a.body, a.header["Content-Type"] = form(t, "image", "a.png", picture(t))
	return a
}

func form(t *testing.T, part, name string, content []byte) (body []byte, contentType []string) {
	t.Helper()
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	file, err := writer.CreateFormFile(part, name)
	require.NoError(t, err)
	_, err = file.Write(content)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return buffer.Bytes(), []string{writer.FormDataContentType()}
}

// pathValue is what a path's parameter is taken to be: others' things, but for
// changes, which are of one's own.
func (w *world) pathValue(op operation, p parameter) any {
	mine := op.Method == http.MethodPut
	switch p.name {
	case "postId":
		if mine {
			return w.myPost
		}
		return at(w.theirPosts, 0)
	case "commentId":
		if mine {
			return w.myComment
		}
		return at(w.comments, 0)
	case "memberId", "authorId":
		return w.other.id
	case "handle":
		return w.other.handle
	case "imageId":
		return w.picture
	}
	return p.example
}

func at(ids []int64, i int) int64 {
	if i >= len(ids) {
		return 1
	}
	return ids[i]
}

// body is the example of the document with the ids of this world.
func (w *world) body(op operation) map[string]any {
	body := maps.Clone(object(op.body["example"]))
	for name, property := range op.body.properties() {
		if value, ours := w.named(name, property); ours {
			body[name] = value
		}
	}
	if op.service == "activity" {
		delete(body, "memberId") // the caller's own, or absent
	}
	return body
}

// named are the properties whose example does not suit this world.
func (w *world) named(name string, property schema) (any, bool) {
	switch name {
	case "postId":
		return at(w.theirPosts, 0), true
	case "commentId":
		return at(w.comments, 0), true
	case "parentId":
		return at(w.comments, 0), property.kind() == "integer" && !slices.Contains(list(property["type"]), any("null"))
	case "memberId":
		return w.other.id, true
	case "email":
		return strings.ToLower(rand.Text()) + "@example.com", true
	case "handle", "newHandle":
		return "h" + strings.ToLower(rand.Text()), true
	case "events":
		return []any{}, true // its shape is protobuf's business
	}
	return nil, false
}

func encoded(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprint("e2e: encode a request: ", err)) //nolint:forbidigo // a mistake of the test
	}
	return body
}

// spare lets somebody new ask where a success would end the asker's session, or
// wrong guesses of a password are counted.
func (w *world) spare(t *testing.T, a ask) ask {
	t.Helper()
	if a.op.bearer && (a.op.endsCaller() || a.op.guardsPassword()) {
		a.token = someone(t).token
	}
	if a.op.OperationID == "changePassword" {
		a.body = encoded(map[string]string{"currentPassword": goodPassword, "newPassword": "Hilltop#28"})
	}
	return a
}

// fresh is valid, about a post or comment that nobody has touched.
func (w *world) fresh(t *testing.T, op operation) ask {
	t.Helper()
	a := w.valid(op)
	if strings.Contains(op.Path, "{postId}") && op.service == "content" {
		a.path = strings.Replace(op.Path, "{postId}", strconv.FormatInt(w.me.post(t, "새 글").ID, 10), 1)
	}
	if strings.Contains(op.Path, "{commentId}") && op.service == "content" {
		comment, err := w.me.content.CreateComment(t.Context(), contentrest.CreateCommentRequest{Content: "새 댓글", PostID: w.theirPosts[0]})
		require.NoError(t, err)
		a.path = strings.Replace(op.Path, "{commentId}", strconv.FormatInt(comment.ID, 10), 1)
	}
	return w.spare(t, a)
}
