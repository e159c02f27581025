package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// everywhere asks each of the six services something, and returns the codes of
// their refusals.
func (p *person) everywhere(t *testing.T) (codes []string) {
	t.Helper()
	ctx := t.Context()
	_, err := p.members.GetMe(ctx)
	codes = append(codes, refused(err))
	_, err = p.content.CreatePost(ctx, contentrest.WritePostRequest{Content: "x"})
	codes = append(codes, refused(err))
	_, err = p.timeline.ListMyPosts(ctx, timelinerest.ListMyPostsParams{})
	codes = append(codes, refused(err))
	_, err = p.search.SearchPosts(ctx, searchrest.SearchPostsParams{Keyword: "x"})
	codes = append(codes, refused(err))
	_, err = p.images.DeleteImages(ctx, imagerest.DeleteImagesRequest{ImageURLs: []string{"x"}})
	codes = append(codes, refused(err))
	_, err = p.activity.ListMyActivities(ctx, activityrest.ListMyActivitiesParams{})
	return append(codes, refused(err))
}

func TestALogoutIsKnownToEveryServiceOnTheNextRequest(t *testing.T) {
	t.Parallel()
	me := someone(t)
	require.Equal(t, []string{"", "", "", "", "", ""}, me.everywhere(t))
	_, err := me.members.LogOut(t.Context())
	require.NoError(t, err)
	const revoked = "TOKEN_REVOKED"
	for range 2 { // both replicas
		require.Equal(t, []string{revoked, revoked, revoked, revoked, revoked, revoked}, me.everywhere(t))
	}
}

func TestARefreshGoesOnWhereTheTokenEnded(t *testing.T) {
	t.Parallel()
	me := someone(t)
	old := me.token
	_, err := me.members.RefreshToken(t.Context(), me.keepToken())
	require.NoError(t, err)
	require.NotEqual(t, old, me.token)
	require.Equal(t, []string{"", "", "", "", "", ""}, me.everywhere(t))
}

func TestTheEdgeRoutesTheFrontendsPathsAndHidesTheInside(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		"/api/members":                    http.StatusUnauthorized,
		"/api/proxy/members":              http.StatusUnauthorized,
		"/api/proxy/timeline/posts":       http.StatusUnauthorized,
		"/api/proxy/search/posts/":        http.StatusUnauthorized,
		"/api/proxy/activity":             http.StatusUnauthorized,
		"/api/members/handles/nobody_yet": http.StatusOK,
		"/.well-known/jwks.json":          http.StatusOK,
		"/api/nothing":                    http.StatusNotFound,
		"/internal/posts":                 http.StatusNotFound,
		"/api/../internal/posts":          http.StatusNotFound,
		"/metrics":                        http.StatusNotFound,
		"/healthcheck/ready":              http.StatusNotFound,
		"/":                               http.StatusOK,
	} {
		response, err := plain.Get(edgeURL(t) + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, want, response.StatusCode, path)
	}
}
