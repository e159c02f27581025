package app

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/member/internal/imageapi"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/member/internal/password"
	"github.com/dailyfeed/dailyfeed/services/member/internal/publisher"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/pagination"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

func (s *service) openServer(cfg config.Config) error {
	ready, err := s.ready()
	if err != nil {
		return err
	}
	api, err := s.api(cfg)
	if err != nil {
		return err
	}
	digests, err := digestKey(cfg)
	if err != nil {
		return err
	}
	within := fromWithin{s.sessions}
	s.server, err = httpserver.New(httpserver.Config{
		Settings:     cfg.Settings,
		Service:      "member",
		Authenticate: auth.NewVerifier(auth.Config{Keys: s.keys, Revocations: s.redis, Introspector: within, DeadSessions: within, Now: now}),
		Caller:       func(ctx context.Context) int64 { return int64(callerOf(ctx).MemberID) },
		Book:         mysql.NewAnswerBook(s.pool, mysqlstore.AnswerTable, now),
		DigestKey:    digests,
		Unavailable:  isUnavailable,
		Ready:        ready,
		Trace:        s.tracing.Requests(),
		Registerer:   s.registry,
		Document:     memberrest.Document(),
		Docs:         docs.Page("/openapi.json"),
	})
	if err != nil {
		return err
	}
	api.Mount(s.server)
	return nil
}

// digestKey follows from the key of cursors: the database does not have it, and it
// is not changed with the one that seals keys, which would forget first answers.
func digestKey(cfg config.Config) ([]byte, error) {
	secret, err := cfg.CursorKeyBytes()
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "dailyfeed member request digests", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	return key, nil
}

// isUnavailable says whether a failure passes by itself.
func isUnavailable(err error) bool {
	return mysql.IsUnavailable(err) || errors.Is(err, signing.ErrNoKey)
}

func (s *service) api(cfg config.Config) (*httpapi.API, error) {
	zone, err := wallclock.Load(cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	cursorKey, err := cfg.CursorKeyBytes()
	if err != nil {
		return nil, err
	}
	cursors, err := pagination.NewSealer(cursorKey)
	if err != nil {
		return nil, err
	}
	facts := &publisher.Recorder{Outbox: s.publisher, NewID: newEventID, TopicPrefix: cfg.TopicPrefix, Traceparent: httpserver.TraceParent}
	deps := s.sessionDeps(cfg, facts)
	today := func() member.Date { return todayIn(zone) }
	s.accounts = member.NewAccountService(member.AccountDeps{
		Store: s.store, Facts: facts, Hasher: s.hasher, Rules: deps.Rules, Signals: s.signals, Announcer: s.announcer, Now: now, Today: today,
	})
	s.sessions = member.NewSessionService(s.store, deps)
	s.removals = member.NewImageRemovalService(s.store, imageapi.New(cfg.ImageURL.Base(), s.imageClient(cfg), cfg.InternalToken.Reveal()), newRemovalMetrics(s.registry), now)
	return &httpapi.API{
		Accounts: s.accounts, Sessions: s.sessions,
		Logins:    member.NewLoginService(s.store, deps),
		Passwords: member.NewPasswordService(s.store, deps),
		Profiles:  member.NewProfileService(s.store, facts, s.signals, now, today),
		Follows:   member.NewFollowService(s.store, facts, s.signals, now),
		Directory: member.NewDirectoryService(s.store, s.signals),
		Keys:      s.ring, Slots: s.hasher, Pictures: s.store, Caller: callerOf, Cursors: cursors,
		Cookies: httpapi.Cookies{Secure: cfg.CookieSecure}, KeysMaxAge: int(cfg.JWKSCacheTTL.Seconds()), Zone: zone,
	}, nil
}

func (s *service) sessionDeps(cfg config.Config, facts member.FactLog) member.SessionDeps {
	return member.SessionDeps{
		Facts: facts, Hasher: s.hasher, Limiter: s.attempts, Announcer: s.announcer, Signer: s.ring, Secrets: s.secrets,
		Security: newSecurityLog(s.registry), Rules: member.PasswordRules{IsCommon: password.IsCommon},
		AccessTTL: cfg.JWTAccessTTL, Now: now,
	}
}

// todayIn is the day that it is where the dates of the wire are.
func todayIn(zone wallclock.Zone) member.Date {
	const day = "2006-01-02"
	today, err := time.Parse(day, zone.Dashed(now())[:len(day)])
	if err != nil { // Dashed begins with the day
		return member.DateOf(now())
	}
	return member.DateOf(today)
}

// callerOf is the caller of an authenticated context.
func callerOf(ctx context.Context) member.Caller {
	c, _ := auth.CallerFrom(ctx)
	return member.Caller{
		MemberID: member.MemberID(c.MemberID), SessionID: member.SessionID(c.SessionID),
		TokenID: member.TokenID(c.TokenID), ExpiresAt: c.ExpiresAt,
	}
}

// fromWithin answers the verifier of this very service, which other services
// ask over HTTP.
type fromWithin struct{ sessions *member.SessionService }

// Introspect implements auth.Introspector.
func (w fromWithin) Introspect(ctx context.Context, c auth.Caller) (bool, error) {
	return w.sessions.Introspect(ctx, member.Caller{
		MemberID: member.MemberID(c.MemberID), SessionID: member.SessionID(c.SessionID), TokenID: member.TokenID(c.TokenID),
	})
}

// Dead implements auth.DeadSessions.
func (w fromWithin) Dead(ctx context.Context, tokenHash string) (bool, error) {
	hash, ok := member.ParseTokenHash(tokenHash)
	if !ok {
		return false, nil
	}
	return w.sessions.RefreshState(ctx, hash)
}
