package auth_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

func BenchmarkAuthenticate(b *testing.B) {
	bench := newBench(b)
	bench.redis.Set(auth.SessionKey(7), auth.SessionLive)
	r := request(http.MethodGet, "Bearer "+bench.Token(42, authtest.Session(7)))
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := bench.verifier.Authenticate(context.Background(), r)
		require.NoError(b, err)
	}
}
