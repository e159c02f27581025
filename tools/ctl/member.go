package ctl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

var errNoPassword = errors.New("no password was given")

// password is asked for, never taken from the command line, where others see it.
func (a *app) password(prompt string) (string, error) {
	if a.ReadPassword != nil {
		return a.ReadPassword(prompt)
	}
	line, err := bufio.NewReader(a.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errNoPassword
	}
	return line, nil
}

func newSignUp(a *app) *cobra.Command {
	var request memberrest.SignUpRequest
	cmd := &cobra.Command{
		Use:   "signup EMAIL HANDLE",
		Short: "Become a member, and log in",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			request.Email, request.Handle = args[0], args[1]
			if request.MemberName == "" {
				request.MemberName = request.Handle
			}
			var err error
			if request.Password, err = a.password("new password: "); err != nil {
				return err
			}
			s, err := session.New(a.address(), nil)
			if err != nil {
				return err
			}
			if _, err := s.Members.SignUp(cmd.Context(), request); err != nil {
				return err
			}
			return a.enter(cmd.Context(), s, request.Email, request.Password)
		},
	}
	cmd.Flags().StringVar(&request.MemberName, "name", "", "your name (default: the handle)")
	cmd.Flags().StringVar(&request.Gender, "gender", string(memberrest.GenderPreferNotToSay), "MALE, FEMALE, OTHER or PREFER_NOT_TO_SAY")
	cmd.Flags().StringVar(&request.CountryCode, "country", string(memberrest.CountryCodeKR), "KR, US, JP, CN, GB, DE, FR, CA, AU or IN")
	return cmd
}

func newLogIn(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "login EMAIL",
		Short: "Log in; the password is asked for, or read from the standard input",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := a.password("password: ")
			if err != nil {
				return err
			}
			s, err := session.New(a.address(), nil)
			if err != nil {
				return err
			}
			return a.enter(cmd.Context(), s, args[0], password)
		},
	}
}

// enter logs in and keeps the session.
func (a *app) enter(ctx context.Context, s *session.Session, email, password string) error {
	summary, err := s.LogIn(ctx, email, password)
	if err != nil {
		return err
	}
	kept := saved{Server: a.address(), Handle: summary.Handle, Token: s.Token(), RefreshToken: s.RefreshToken()}
	if err := a.save(kept); err != nil {
		return err
	}
	return a.showMember(summary)
}

func (a *app) showMember(m memberrest.Summary) error {
	return a.show(m, []string{"ID", "HANDLE", "NAME", "FOLLOWERS", "FOLLOWINGS"}, [][]any{
		{m.MemberID, "@" + m.Handle, nameOf(m.DisplayName, &m.MemberName), m.FollowersCount, m.FollowingsCount},
	})
}

func newLogOut(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "End the session, here and on the server",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error { return s.LogOut(ctx) })
			return errors.Join(err, a.forget())
		},
	}
}

func newWhoAmI(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "whoami",
		Short: "Show who is logged in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
				summary, err := s.Members.GetMySummary(ctx)
				if err != nil {
					return err
				}
				return a.showMember(summary)
			})
		},
	}
}

func newFollow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "follow @HANDLE",
		Short: "Follow a member",
		Args:  cobra.ExactArgs(1),
		RunE: a.toMember(func(ctx context.Context, s *session.Session, id int64) (bool, error) {
			return s.Members.Follow(ctx, id)
		}),
	}
}

func newUnfollow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "unfollow @HANDLE",
		Short: "Stop following a member",
		Args:  cobra.ExactArgs(1),
		RunE: a.toMember(func(ctx context.Context, s *session.Session, id int64) (bool, error) {
			return s.Members.Unfollow(ctx, id)
		}),
	}
}

// toMember does something to the member that the first word names.
func (a *app) toMember(
	do func(ctx context.Context, s *session.Session, id int64) (bool, error),
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
			profile, err := s.Members.GetProfileByHandle(ctx, strings.TrimPrefix(args[0], "@"))
			if err != nil {
				return err
			}
			if _, err := do(ctx, s, profile.MemberID); err != nil {
				return err
			}
			return a.show(map[string]any{"memberId": profile.MemberID, "handle": profile.Handle},
				[]string{"ID", "HANDLE"}, [][]any{{profile.MemberID, "@" + profile.Handle}})
		})
	}
}
