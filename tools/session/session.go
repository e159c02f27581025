package session

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// Session is one member's, or nobody's yet. It may be used by several
// goroutines.
type Session struct {
	Members    *memberrest.Client
	Contents   *contentrest.Client
	Timelines  *timelinerest.Client
	Searches   *searchrest.Client
	Images     *imagerest.Client
	Activities *activityrest.Client

	base   *url.URL
	client *http.Client

	mu    sync.Mutex
	token string
}

const (
	callWithin    = 40 * time.Second
	refreshCookie = "refresh_token"
	refreshNeeded = "X-Token-Refresh-Needed"
)

// New makes a session of nobody at the edge's address. transport may be nil.
func New(edge string, transport http.RoundTripper) (*Session, error) {
	base, err := url.Parse(edge)
	if err != nil {
		return nil, fmt.Errorf("read address of the edge: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make cookie jar: %w", err)
	}
	s := &Session{base: base, client: &http.Client{Transport: transport, Jar: jar, Timeout: callWithin}}
	s.Members = memberrest.NewClient(edge, s)
	s.Contents = contentrest.NewClient(edge, s)
	s.Timelines = timelinerest.NewClient(edge, s)
	s.Searches = searchrest.NewClient(edge, s)
	s.Images = imagerest.NewClient(edge, s)
	s.Activities = activityrest.NewClient(edge, s)
	return s, nil
}

// LogIn logs in; the session is that member's from now on.
func (s *Session) LogIn(ctx context.Context, email, password string) (memberrest.Summary, error) {
	return s.Members.LogIn(ctx, memberrest.LogInRequest{Email: email, Password: password}, rest.OnAnswer(s.keepToken))
}

// Refresh changes the refresh cookie and the access token for new ones.
func (s *Session) Refresh(ctx context.Context) error {
	_, err := s.Members.RefreshToken(ctx, rest.OnAnswer(s.keepToken))
	return err
}

// LogOut ends the session, on the server and here.
func (s *Session) LogOut(ctx context.Context) error {
	if _, err := s.Members.LogOut(ctx); err != nil {
		return err
	}
	s.setToken("")
	return nil
}

func (s *Session) keepToken(response *http.Response) {
	if token, found := strings.CutPrefix(response.Header.Get("Authorization"), "Bearer "); found {
		s.setToken(token)
	}
}

func (s *Session) setToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Token is the access token, empty for nobody.
func (s *Session) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// RefreshToken is the value of the refresh cookie, empty where there is none.
func (s *Session) RefreshToken() string {
	for _, cookie := range s.client.Jar.Cookies(s.base) {
		if cookie.Name == refreshCookie {
			return cookie.Value
		}
	}
	return ""
}

// Restore makes the session what Token and RefreshToken once were.
func (s *Session) Restore(token, refreshToken string) {
	s.setToken(token)
	s.client.Jar.SetCookies(s.base, []*http.Cookie{{Name: refreshCookie, Value: refreshToken, Path: "/"}})
}

// Do implements rest.Doer: it sends the token, and where the answer says that
// it has expired, renews it and repeats the request once.
func (s *Session) Do(request *http.Request) (*http.Response, error) {
	response, err := s.send(request)
	if err != nil || response.StatusCode != http.StatusUnauthorized || response.Header.Get(refreshNeeded) != "true" {
		return response, err
	}
	again, err := repeat(request)
	if err != nil || s.Refresh(request.Context()) != nil {
		return response, nil //nolint:nilerr // the first answer says what is wrong
	}
	_ = response.Body.Close()
	return s.send(again)
}

func (s *Session) send(request *http.Request) (*http.Response, error) {
	if token := s.Token(); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return s.client.Do(request)
}

// repeat is the request once more, with its body from the beginning.
func repeat(request *http.Request) (*http.Request, error) {
	again := request.Clone(request.Context())
	if request.GetBody == nil {
		return again, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, fmt.Errorf("repeat body: %w", err)
	}
	again.Body = body
	return again, nil
}
