package smoke

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

func signUpTwo(ctx context.Context, s *story) error {
	for role, p := range map[string]*person{"author": &s.author, "reader": &s.reader} {
		handle := s.word + "_" + role
		*p = person{handle: handle, email: handle + "@smoke.dailyfeed.local", password: "Smoke!1" + s.word}
		var err error
		if p.Session, err = session.New(s.Edge, s.transport); err != nil {
			return err
		}
		member, err := p.Members.SignUp(ctx, memberrest.SignUpRequest{
			Email: p.email, Password: p.password, MemberName: "연기 " + role, Handle: handle,
			Gender: string(memberrest.GenderOther), CountryCode: string(memberrest.CountryCodeKR),
		})
		if err != nil {
			return err
		}
		p.id = member.ID
	}
	return expect(s.author.id > 0 && s.reader.id > 0 && s.author.id != s.reader.id,
		"two different ids", []int64{s.author.id, s.reader.id})
}

func logIn(ctx context.Context, s *story) error {
	for _, p := range []*person{&s.author, &s.reader} {
		summary, err := p.LogIn(ctx, p.email, p.password)
		if err != nil {
			return err
		}
		if err := expect(summary.MemberID == p.id && summary.Handle == p.handle, "the summary of "+p.handle, summary); err != nil {
			return err
		}
		if err := expect(p.Token() != "", "a token in the header Authorization", "none"); err != nil {
			return err
		}
	}
	return nil
}

func wrongPassword(ctx context.Context, s *story) error {
	stranger, err := session.New(s.Edge, s.transport)
	if err != nil {
		return err
	}
	_, err = stranger.LogIn(ctx, s.author.email, s.author.password+"1")
	return expectFailure(err, http.StatusBadRequest, "LOGIN_FAILED")
}

func noToken(ctx context.Context, s *story) error {
	stranger, err := session.New(s.Edge, s.transport)
	if err != nil {
		return err
	}
	_, err = stranger.Timelines.GetPost(ctx, 1)
	return expectFailure(err, http.StatusUnauthorized, "BEARER_TOKEN_MISSING")
}

func follow(ctx context.Context, s *story) error {
	done, err := s.reader.Members.Follow(ctx, s.author.id)
	if err != nil {
		return err
	}
	return expect(done, "true", done)
}

func refresh(ctx context.Context, s *story) error {
	before := s.reader.RefreshToken()
	if err := s.reader.Refresh(ctx); err != nil {
		return err
	}
	if err := expect(s.reader.RefreshToken() != before, "a new refresh cookie", "the old one"); err != nil {
		return err
	}
	_, err := s.reader.Members.GetMySummary(ctx)
	return err
}

func logOut(ctx context.Context, s *story) error {
	token := s.reader.Token()
	if err := s.reader.LogOut(ctx); err != nil {
		return err
	}
	old, err := session.New(s.Edge, s.transport)
	if err != nil {
		return err
	}
	old.Restore(token, "")
	_, err = old.Timelines.GetPost(ctx, s.post)
	refused, ok := errors.AsType[*rest.Failure](err)
	return expect(ok && refused.StatusCode == http.StatusUnauthorized && refused.Header.Get("X-Relogin-Required") == "true",
		"401 with X-Relogin-Required on another service", describe(err))
}

// leave removes the two people, so that a smoke test leaves little behind.
func leave(ctx context.Context, s *story) error {
	if _, err := s.reader.LogIn(ctx, s.reader.email, s.reader.password); err != nil {
		return err
	}
	for _, p := range []*person{&s.author, &s.reader} {
		if _, err := p.Members.DeactivateMember(ctx); err != nil {
			return err
		}
	}
	_, err := s.author.LogIn(ctx, s.author.email, s.author.password)
	return expectFailure(err, http.StatusBadRequest, "LOGIN_FAILED")
}

// expectFailure is nil when err is the failure of the contract.
func expectFailure(err error, status int, code string) error {
	refused, ok := errors.AsType[*rest.Failure](err)
	return expect(ok && refused.StatusCode == status && refused.Code == code,
		strings.Join([]string{http.StatusText(status), code}, " "), describe(err))
}

func describe(err error) string {
	if err == nil {
		return "a success"
	}
	return err.Error()
}
