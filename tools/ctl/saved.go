package ctl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dailyfeed/dailyfeed/tools/session"
)

var errNotLoggedIn = errors.New("not logged in")

// saved is the session file: whoever reads it is that member.
type saved struct {
	Server       string `json:"server"`
	Handle       string `json:"handle"`
	Token        string `json:"token"`
	RefreshToken string `json:"refreshToken"`
}

func (a *app) savedPath() string { return filepath.Join(a.Config, "dailyfeed", "session.json") }

func (a *app) load() (saved, error) {
	var s saved
	text, err := os.ReadFile(a.savedPath())
	if errors.Is(err, os.ErrNotExist) {
		return s, errNotLoggedIn
	}
	if err != nil {
		return s, fmt.Errorf("read session: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("read session %s: %w", a.savedPath(), err)
	}
	return s, nil
}

// save writes the file as a whole, readable by its owner only.
func (a *app) save(s saved) error {
	folder := filepath.Dir(a.savedPath())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	text, err := json.Marshal(s) //nolint:gosec // this file is where the tokens belong (2026-11-21)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	draft, err := os.CreateTemp(folder, "session.*") // 0600 by its contract
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	_, writeErr := draft.Write(text)
	if err := errors.Join(writeErr, draft.Close()); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	if err := os.Rename(draft.Name(), a.savedPath()); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

func (a *app) forget() error {
	if err := os.Remove(a.savedPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget session: %w", err)
	}
	return nil
}

// address is the edge that a new session is for.
func (a *app) address() string {
	for _, address := range []string{a.server, a.Environ("DAILYFEED_URL")} {
		if address != "" {
			return address
		}
	}
	if s, err := a.load(); err == nil {
		return s.Server
	}
	return defaultServer
}

// asMember runs do with the saved session, and saves what became of its tokens.
func (a *app) asMember(ctx context.Context, do func(context.Context, *session.Session) error) error {
	kept, err := a.load()
	if err != nil {
		return err
	}
	if a.server != "" {
		kept.Server = a.server
	}
	s, err := session.New(kept.Server, nil)
	if err != nil {
		return err
	}
	s.Restore(kept.Token, kept.RefreshToken)
	err = do(ctx, s)
	if s.Token() != kept.Token || s.RefreshToken() != kept.RefreshToken {
		kept.Token, kept.RefreshToken = s.Token(), s.RefreshToken()
		return errors.Join(err, a.save(kept))
	}
	return err
}
