package e2e_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// goodPassword keeps the rules of sign-up.
const goodPassword = "Story#2026!x"

// person is a member who uses the fleet through the edge, with the cookies of a
// browser of its own.
type person struct {
	id       int64
	email    string
	handle   string
	token    string
	members  *memberrest.Client
	content  *contentrest.Client
	timeline *timelinerest.Client
	search   *searchrest.Client
	images   *imagerest.Client
	activity *activityrest.Client
	// oldCookie is the refresh cookie of the first login.
	oldCookie string
}

// someone signs a new person up and in.
func someone(t *testing.T) *person {
	t.Helper()
	handle := "p" + strings.ToLower(rand.Text()[:12])
	p := &person{handle: handle, email: handle + "@example.com"}
	p.useBrowser(t)
	who, err := p.members.SignUp(t.Context(), memberrest.SignUpRequest{
		Email: p.email, Password: goodPassword, MemberName: "이야기 " + handle[:4], Handle: handle, Gender: "OTHER", CountryCode: "KR",
	})
	require.NoError(t, err)
	p.id = who.ID
	p.logIn(t)
	return p
}

// useBrowser gives the person a new browser: no token, no cookies.
func (p *person) useBrowser(t *testing.T) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	p.token = ""
	bearer := rest.Option(func(e *rest.Exchange) {
		if p.token != "" {
			e.Request.Header.Set("Authorization", "Bearer "+p.token)
		}
	})
	url := edgeURL(t)
	doer := func(document []byte) *http.Client { // every answer is held to its document
		held := contracttest.Transport(t, contracttest.MustParse(document), http.DefaultTransport)
		return &http.Client{Jar: jar, Transport: held, Timeout: 20 * time.Second}
	}
	p.members = memberrest.NewClient(url, doer(memberrest.Document()), bearer)
	p.content = contentrest.NewClient(url, doer(contentrest.Document()), bearer)
	p.timeline = timelinerest.NewClient(url, doer(timelinerest.Document()), bearer)
	p.search = searchrest.NewClient(url, doer(searchrest.Document()), bearer)
	p.images = imagerest.NewClient(url, doer(imagerest.Document()), bearer)
	p.activity = activityrest.NewClient(url, doer(activityrest.Document()), bearer)
}

func (p *person) logIn(t *testing.T) {
	t.Helper()
	_, err := p.members.LogIn(t.Context(), memberrest.LogInRequest{Email: p.email, Password: goodPassword}, p.keepToken())
	require.NoError(t, err)
	require.NotEmpty(t, p.token)
}

// keepToken takes the access token from an answer, as the frontend does.
func (p *person) keepToken() rest.Option {
	return rest.OnAnswer(func(r *http.Response) {
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			p.token = token
		}
		for _, cookie := range r.Cookies() {
			if cookie.Name == "refresh_token" && p.oldCookie == "" {
				p.oldCookie = cookie.Value
			}
		}
	})
}

func (p *person) post(t *testing.T, text string) contentrest.Post {
	t.Helper()
	post, err := p.content.CreatePost(t.Context(), contentrest.WritePostRequest{Content: text})
	require.NoError(t, err)
	return post
}

func (p *person) follow(t *testing.T, other *person) {
	t.Helper()
	_, err := p.members.Follow(t.Context(), other.id)
	require.NoError(t, err)
}

// feed is the ids of the newest posts in the person's home feed.
func (p *person) feed(t *testing.T) (ids []int64) {
	t.Helper()
	page, err := p.timeline.ListFollowingPosts(t.Context(), timelinerest.ListFollowingPostsParams{})
	require.NoError(t, err)
	for _, post := range page.Content {
		ids = append(ids, post.ID)
	}
	return ids
}

// activities are the types of what is recorded of the person, newest first.
func (p *person) activities(t *testing.T) (types []string) {
	t.Helper()
	size := 100
	page, err := p.activity.ListMyActivities(t.Context(), activityrest.ListMyActivitiesParams{Size: &size})
	require.NoError(t, err)
	for _, a := range page.Content {
		types = append(types, string(a.MemberActivityType))
	}
	return types
}

// picture is a small PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		for y := range 40 {
			m.SetRGBA(x, y, color.RGBA{R: uint8(4 * x), G: uint8(6 * y), A: 255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

// refused is the code that a call was refused with, "" where it was not.
func refused(err error) string {
	if failure, ok := errors.AsType[*rest.Failure](err); ok {
		return failure.Code
	}
	return ""
}
