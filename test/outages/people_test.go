package outages_test

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

const password = "Story#2026!x"

// person is a member with a token.
type person struct {
	*session.Session
	id     int64
	handle string
}

func someone(t *testing.T) *person {
	t.Helper()
	s, err := session.New(home.EdgeURL(), nil)
	require.NoError(t, err)
	handle := "o" + strings.ToLower(rand.Text()[:12])
	who, err := s.Members.SignUp(t.Context(), memberrest.SignUpRequest{
		Email: handle + "@example.com", Password: password, MemberName: "사람 " + handle[:4], Handle: handle, Gender: "OTHER", CountryCode: "KR",
	})
	require.NoError(t, err)
	_, err = s.LogIn(t.Context(), handle+"@example.com", password)
	require.NoError(t, err)
	return &person{s, who.ID, handle}
}

// town is people who follow each other and have written: what load asks for.
type town struct {
	people   []*person
	posts    []int64
	comments []int64
	picture  string
	png      []byte
}

var (
	townLock sync.Mutex
	theTown  *town
)

// populated is the town of this run, made by the test that needs it first.
func populated(t *testing.T) *town {
	t.Helper()
	townLock.Lock()
	defer townLock.Unlock()
	if theTown != nil {
		return theTown
	}
	w := &town{png: picture(t)}
	for range 6 {
		w.people = append(w.people, someone(t))
	}
	for i, p := range w.people {
		for _, other := range w.people {
			if other != p {
				_, err := p.Members.Follow(t.Context(), other.id)
				require.NoError(t, err)
			}
		}
		for range 4 {
			post, err := p.Contents.CreatePost(t.Context(), contentrest.WritePostRequest{Content: "한강 자전거 길"})
			require.NoError(t, err)
			w.posts = append(w.posts, post.ID)
			comment, err := w.people[(i+1)%6].Contents.CreateComment(t.Context(), contentrest.CreateCommentRequest{Content: "자전거 댓글", PostID: post.ID})
			require.NoError(t, err)
			w.comments = append(w.comments, comment.ID)
		}
	}
	id, err := w.people[0].Images.UploadImage(t.Context(), "a.png", w.png)
	require.NoError(t, err)
	w.picture = id
	theTown = w
	return w
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 30, 20))))
	return b.Bytes()
}
