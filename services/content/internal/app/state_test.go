package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

func TestStatesAreReadInBatchesOfDocumentedNumbers(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, path := range []string{"/internal/posts", "/internal/comments"} {
		for query, want := range map[string]int{
			"": 200, "?after=0&limit=1": 200, "?after=9007199254740991&limit=1000": 200,
			"?after=-1": 400, "?after=9007199254740992": 400, "?after=%2B1": 400, "?after=": 400, "?after=1&after=1": 400,
			"?limit=0": 400, "?limit=1001": 400, "?limit=%2B1": 400, "?limit=1&limit=1": 400,
		} {
			got := f.as(t, 0, "GET", path+query, "", "X-Internal-Token", authtest.InternalToken)
			require.Equal(t, want, got.http, "%s%s", path, query)
		}
		f.as(t, 0, "GET", path, "").requireCode(t, 404, "NOT_FOUND")
	}
}
