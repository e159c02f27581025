package authtest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

// Revoke ends one token.
func (i *Issuer) Revoke(tokenID string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.revoked[tokenID] = true
}

// EndSession ends a session with all its tokens.
func (i *Issuer) EndSession(sessionID int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ended[sessionID] = true
}

// KillRefreshToken makes the session of a refresh token dead. tokenHash is the
// SHA-256 of the cookie's value in lower-case hex.
func (i *Issuer) KillRefreshToken(tokenHash string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.dead[tokenHash] = true
}

// Introspect implements auth.Introspector from within.
func (i *Issuer) Introspect(_ context.Context, caller auth.Caller) (bool, error) {
	if i.down.Load() {
		return false, errors.New("authtest: issuer is down")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.revoked[caller.TokenID] && !i.ended[caller.SessionID], nil
}

// Dead implements auth.DeadSessions from within.
func (i *Issuer) Dead(_ context.Context, tokenHash string) (bool, error) {
	if i.down.Load() {
		return false, errors.New("authtest: issuer is down")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dead[tokenHash], nil
}

// Verifier checks this issuer's tokens: keys over HTTP, revocations from within.
func (i *Issuer) Verifier() *auth.Verifier {
	keys := auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: i.JWKSURL(), Client: &http.Client{}}, Now: i.now})
	return auth.NewVerifier(auth.Config{Keys: keys, Revocations: &Redis{}, Introspector: i, DeadSessions: i, Now: i.now})
}

func (i *Issuer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/jwks.json", i.serveKeys)
	mux.HandleFunc("POST "+auth.PathIntrospect, func(w http.ResponseWriter, r *http.Request) {
		answerWith(w, r, func(q auth.IntrospectRequest) any {
			active, _ := i.Introspect(r.Context(), auth.Caller{MemberID: q.MemberID, SessionID: q.SessionID, TokenID: q.TokenID})
			return auth.IntrospectAnswer{Active: &active}
		})
	})
	mux.HandleFunc("POST "+auth.PathRefreshState, func(w http.ResponseWriter, r *http.Request) {
		answerWith(w, r, func(q auth.RefreshStateRequest) any {
			dead, _ := i.Dead(r.Context(), q.TokenHash)
			return auth.RefreshStateAnswer{Dead: &dead}
		})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	i.fetches.Add(1)
	i.mu.Lock()
	var keys []auth.Key
	for _, signer := range i.signers {
		keys = append(keys, signer.Key)
	}
	i.mu.Unlock()
	document, err := auth.EncodeKeys(keys)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=60")
	_, _ = w.Write(document)
}

func answerWith[Q any](w http.ResponseWriter, r *http.Request, answer func(Q) any) {
	var question Q
	if r.Header.Get(auth.HeaderInternalToken) != InternalToken {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if json.NewDecoder(r.Body).Decode(&question) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	body, err := json.Marshal(map[string]any{"status": http.StatusOK, "result": "SUCCESS", "data": answer(question)})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(body)
}

// Redis is an auth.RevocationStore in memory. The zero value is empty: all that
// is asked is unknown, and the Introspector decides.
type Redis struct {
	mu     sync.Mutex
	values map[string]string
	err    error
	reads  int
}

// Set writes a key.
func (s *Redis) Set(key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values = map[string]string{}
	}
	s.values[key] = value
}

// Fail makes every read fail with err; nil makes them work again.
func (s *Redis) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// Reads is how often MGet was called.
func (s *Redis) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// MGet implements auth.RevocationStore.
func (s *Redis) MGet(_ context.Context, keys ...string) ([]*string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.err != nil {
		return nil, s.err
	}
	values := make([]*string, len(keys))
	for n, key := range keys {
		if value, ok := s.values[key]; ok {
			values[n] = &value
		}
	}
	return values, nil
}
