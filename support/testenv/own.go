package testenv

import (
	"context"
	"testing"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// own starts a server for one test and closes it with the test's end.
func own[S interface{ Close() error }](
	t testing.TB, start func(context.Context, server.Options) (S, error), o server.Options,
) S {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	s, err := start(ctx, o)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("testenv: close server: %v", err)
		}
	})
	return s
}
