package httpserver_test

import (
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func TestAPortionOfAListIsReadFromTheQuery(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]struct {
		query string
		after int64
		limit int
		bad   bool
	}{
		"nothing is the first 500":   {query: "", limit: 500},
		"both":                       {query: "?after=7&limit=3", after: 7, limit: 3},
		"as much as can be":          {query: "?limit=1000", limit: 1000},
		"more than can be":           {query: "?limit=1001", bad: true},
		"none":                       {query: "?limit=0", bad: true},
		"before the first":           {query: "?after=-1", bad: true},
		"a sign":                     {query: "?limit=%2B5", bad: true},
		"twice":                      {query: "?after=1&after=2", bad: true},
		"words":                      {query: "?after=일", bad: true},
		"beyond the greatest number": {query: "?after=99999999999999999999", bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := gin.CreateTestContext(httptest.NewRecorder())
			c.Request = httptest.NewRequestWithContext(t.Context(), "GET", "/list"+given.query, nil)
			after, limit, err := httpserver.Portion(c)
			if given.bad {
				require.True(t, apierr.HasCode(err, apierr.CodeValidationFailed), err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, given.after, after)
			require.Equal(t, given.limit, limit)
		})
	}
}
